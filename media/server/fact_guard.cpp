#include "media/server/fact_guard.hpp"

#include <algorithm>
#include <variant>

namespace camwall::media {

fact_guard::fact_guard(const task& job, clock::time_point now)
  : refilled_at_(now), is_probe_(std::holds_alternative<probe_order>(job)) {
  if (const auto* x = std::get_if<open_order>(&job)) {
    media_sequence_ = x->media_sequence;
    discontinuity_sequence_ = x->discontinuity_sequence;
  }
}

fact_guard::verdict fact_guard::admit(clock::time_point now) {
  auto passed = std::chrono::duration<double>(now - refilled_at_).count();
  refilled_at_ = now;
  allowance_ = std::min(allowance_ + passed * messages_per_second_max, messages_burst_max);
  if (allowance_ < 1) {
    complaint_ = "more than " + std::to_string(static_cast<int>(messages_per_second_max)) +
                 " messages a second";
    return verdict::too_many;
  }
  allowance_ -= 1;
  return verdict::fine;
}

fact_guard::verdict fact_guard::check(const fact& x) {
  if (over_)
    return refuse("a message after its last");
  over_ = std::holds_alternative<failed>(x) || std::holds_alternative<probed>(x);
  if (is_probe_)
    return check_probe(x);
  if (std::holds_alternative<probed>(x))
    return refuse("a probe's report that nobody ordered");
  if (std::holds_alternative<opened>(x))
    opened_ = true;
  else if (!opened_ && std::holds_alternative<progress>(x))
    return refuse("progress before it was opened");
  else if (const auto* segment = std::get_if<segment_published>(&x))
    return check_segment(*segment);
  return verdict::fine;
}

fact_guard::verdict fact_guard::check_probe(const fact& x) {
  if (over_ || std::holds_alternative<confined>(x))
    return verdict::fine;
  return refuse("a message that a probe does not send");
}

fact_guard::verdict fact_guard::check_segment(const segment_published& x) {
  if (!opened_)
    return refuse("a segment before it was opened");
  // What is remembered beyond this worker must not leap to the end of the numbers.
  if (x.media_sequence < media_sequence_ || x.media_sequence - media_sequence_ > sequence_step_max)
    return refuse("a media sequence that does not follow");
  if (x.discontinuity_sequence < discontinuity_sequence_ ||
      x.discontinuity_sequence - discontinuity_sequence_ > sequence_step_max)
    return refuse("a discontinuity sequence that does not follow");
  media_sequence_ = x.media_sequence + 1;
  discontinuity_sequence_ = x.discontinuity_sequence;
  return verdict::fine;
}

fact_guard::verdict fact_guard::refuse(std::string why) {
  complaint_ = std::move(why);
  return verdict::wrong;
}

} // namespace camwall::media
