#include "http/notices/outbox.hpp"

#include <algorithm>
#include <utility>

namespace camwall::http {

outbox::outbox(std::uint64_t seed, double time_scale) : time_scale_(time_scale), random_(seed) {
  // nop
}

void outbox::put(message x) {
  message_ = std::move(x);
}

const outbox::message* outbox::due(time_point now) const {
  return next_try_ && now < *next_try_ ? nullptr : pending();
}

outbox::fate outbox::settle(const http_poster::result& x, time_point now) {
  using outcome = http_poster::outcome;
  auto old = message_ && now - message_->made > outbox_limits::age_max;
  if (x.what == outcome::sent) {
    failures_ = 0;
    next_try_.reset();
  } else {
    ++failures_;
    next_try_ = now + wait_for(x);
  }
  auto out = x.what == outcome::sent       ? fate::sent
             : x.what == outcome::rejected ? fate::rejected
             : old                         ? fate::dropped
                                           : fate::kept;
  if (out != fate::kept)
    message_.reset();
  return out;
}

outbox::clock::duration outbox::wait_for(const http_poster::result& x) {
  constexpr std::size_t doublings_max = 6;
  using seconds = std::chrono::duration<double>;
  auto doublings = std::min(failures_ - 1, doublings_max);
  auto wait = std::min<seconds>(outbox_limits::retry_max, seconds{1U << doublings});
  wait *= std::uniform_real_distribution<double>{0.8, 1.2}(random_);
  wait = std::max(wait, std::min<seconds>(x.retry_after, outbox_limits::asked_wait_max));
  return std::chrono::duration_cast<clock::duration>(wait / time_scale_);
}

} // namespace camwall::http
