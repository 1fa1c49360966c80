#include "actors/rate_norm.hpp"

#include <algorithm>

namespace camwall {

namespace {

using namespace std::chrono_literals;

constexpr duration settling = 5s;
constexpr duration first_lesson = 60s;
constexpr duration memory = 10min; ///< The usual follows with this time constant.
constexpr duration recent_span = 3s;

/// Longer than this nothing was heard: the time does not count.
constexpr duration step_max = 1s;

/// How far inside its bounds a rate must be to be called usual again.
constexpr double hysteresis = 1.2;

double share(duration part, duration whole) {
  return std::chrono::duration<double>(part) / std::chrono::duration<double>(whole);
}

} // namespace

void rate_norm::begin_session(time_point now) {
  settled_at_ = now + settling;
  taken_at_.reset();
  other_since_.reset();
  off_ = false;
}

std::optional<double> rate_norm::usual() const noexcept {
  return learned_ >= first_lesson ? std::optional{usual_} : std::nullopt;
}

void rate_norm::take(double rate, time_point now) {
  if (!(rate > 0) || !settled_at_ || now < *settled_at_)
    return;
  auto span = taken_at_ ? std::min(now - *taken_at_, step_max) : duration::zero();
  recent_ = taken_at_ ? recent_ + (rate - recent_) * std::min(1.0, share(span, recent_span)) : rate;
  taken_at_ = now;
  if (usual())
    judge(now);
  learn(span);
}

void rate_norm::learn(duration span) {
  if (span <= duration::zero())
    return;
  learned_ = std::min(learned_ + span, memory);
  usual_ += (recent_ - usual_) * share(span, learned_);
}

void rate_norm::judge(time_point now) {
  auto margin = off_ ? hysteresis : 1.0;
  auto outside =
    recent_ < usual_ * bounds_.low * margin || recent_ > usual_ * bounds_.high / margin;
  if (outside == off_) {
    other_since_.reset();
    return;
  }
  other_since_ = other_since_.value_or(now);
  if (now - *other_since_ < bounds_.after)
    return;
  off_ = outside;
  other_since_.reset();
}

} // namespace camwall
