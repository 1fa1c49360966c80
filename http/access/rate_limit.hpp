#pragma once

#include "core/ip_range.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>

namespace camwall::http {

/// One household or host: an IPv4 address, or the /64 of an IPv6 address.
ip_address household(const ip_address& x) noexcept;

/// A token bucket for each address. The table is bounded: who comes when it is full of busy
/// addresses shares one bucket with all others that do. Thread-safe.
class rate_limit {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Takes one token of `address`; false when there is none. `per_second` fill a bucket up to
  /// `burst`.
  bool take(const ip_address& address, double per_second, double burst, time_point now);

  /// Seconds until there is a token again, at least 1.
  static int retry_after_s(double per_second) noexcept;

private:
  struct bucket {
    double tokens = 0;
    time_point filled;
  };

  void make_room(double per_second, double burst, time_point now);

  std::mutex mutex_;
  std::map<ip_address, bucket> buckets_;
  time_point cleaned_{};
};

} // namespace camwall::http
