#include "actors/reconnect_policy.hpp"

#include <algorithm>
#include <array>

namespace camwall {

namespace {

using namespace std::chrono_literals;

constexpr std::array ladder{1s, 2s, 4s, 8s, 15s, 30s, 60s};
constexpr std::array busy_ladder{30s, 60s, 120s};
constexpr auto stable_live = 10s;
constexpr auto forgiving_live = 60s;
constexpr auto at_once_period = 60s;
constexpr std::chrono::seconds hold_of_login = 35min;
constexpr auto not_found_wait = 60s;
constexpr double jitter = 0.2;

template <std::size_t N>
std::chrono::seconds step(const std::array<std::chrono::seconds, N>& steps, std::uint32_t n) {
  return steps[std::min<std::size_t>(n, N - 1)];
}

} // namespace

reconnect_policy::reconnect_policy(std::uint64_t seed, double time_scale)
  : random_(seed), time_scale_(time_scale) {
  // nop
}

reconnect_policy::plan reconnect_policy::after_failure(reason why, duration live_for,
                                                       time_point now) {
  if (live_for >= forgiving_live)
    failures_ = 0;
  if (live_for > duration::zero())
    refused_logins_ = busy_answers_ = 0;
  if (why == reason::auth) {
    if (++refused_logins_ < login_tries)
      return {.wait = spread(step(ladder, failures_++))};
    return {.wait = login_hold(), .hold_login = true};
  }
  if (live_for >= stable_live && (!last_at_once_ || now - *last_at_once_ >= at_once_period)) {
    last_at_once_ = now;
    return {.at_once = true};
  }
  if (why == reason::not_found)
    return {.wait = spread(not_found_wait)};
  if (why == reason::busy)
    return {.wait = spread(step(busy_ladder, busy_answers_++))};
  return {.wait = spread(step(ladder, failures_++))};
}

duration reconnect_policy::login_hold() const {
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>(hold_of_login) /
                                              time_scale_);
}

void reconnect_policy::forget() {
  failures_ = refused_logins_ = busy_answers_ = 0;
  last_at_once_.reset();
}

duration reconnect_policy::spread(std::chrono::seconds base) {
  auto factor = std::uniform_real_distribution{1.0 - jitter, 1.0 + jitter}(random_);
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>(base) * factor /
                                              time_scale_);
}

} // namespace camwall
