#include "http/access/rate_limit.hpp"

#include "http/access/settings.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace camwall::http {

namespace {

constexpr std::size_t household_bytes = 8;
constexpr std::chrono::seconds clean_interval{1}; // Looking through all costs about a millisecond.

bool is_ipv4(const ip_address& x) noexcept {
  return x[10] == 0xff && x[11] == 0xff &&
         std::all_of(x.begin(), x.begin() + 10, [](auto byte) { return byte == 0; });
}

double seconds(std::chrono::steady_clock::duration x) {
  return std::chrono::duration<double>(x).count();
}

} // namespace

ip_address household(const ip_address& x) noexcept {
  auto out = x;
  if (!is_ipv4(x))
    std::fill(out.begin() + household_bytes, out.end(), std::uint8_t{0});
  return out;
}

bool rate_limit::take(const ip_address& address, double per_second, double burst, time_point now) {
  constexpr ip_address shared{}; // `::` is nobody's address.
  std::lock_guard guard{mutex_};
  auto key = household(address);
  auto found = buckets_.find(key);
  if (found == buckets_.end()) {
    if (buckets_.size() >= access_limits::limited_addresses_max)
      make_room(per_second, burst, now);
    auto full = buckets_.size() >= access_limits::limited_addresses_max;
    found = buckets_.try_emplace(full ? shared : key, bucket{burst, now}).first;
  }
  auto& x = found->second;
  x.tokens = std::min(burst, x.tokens + seconds(now - x.filled) * per_second);
  x.filled = now;
  if (x.tokens < 1)
    return false;
  x.tokens -= 1;
  return true;
}

void rate_limit::make_room(double per_second, double burst, time_point now) {
  if (now - cleaned_ < clean_interval)
    return;
  cleaned_ = now;
  std::erase_if(buckets_, [&](const auto& x) { // A full bucket says no more than none.
    return x.second.tokens + seconds(now - x.second.filled) * per_second >= burst;
  });
}

int rate_limit::retry_after_s(double per_second) noexcept {
  return per_second >= 1 ? 1 : static_cast<int>(std::ceil(1 / std::max(per_second, 0.001)));
}

} // namespace camwall::http
