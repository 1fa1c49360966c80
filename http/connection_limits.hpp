#pragma once

#include "core/ip_range.hpp"

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <map>
#include <mutex>

namespace camwall::http {

/// The other end of a connection, as far as limits and permissions care.
struct peer_address {
  std::array<unsigned char, 16>
    key{}; ///< IPv4 mapped into IPv6; of IPv6 the /64 that one household or host owns.
  bool loopback = false;
  ip_address address{}; ///< Whole.
};

peer_address peer_of(const sockaddr_storage& x) noexcept;

/// Counts open connections, in all and per address. Thread-safe.
class connection_limits {
public:
  connection_limits(std::size_t all_max, std::size_t address_max) noexcept;

  /// False when a limit is reached; otherwise `leave` must follow.
  bool enter(const peer_address& x);
  void leave(const peer_address& x);

private:
  std::size_t all_max_;
  std::size_t address_max_;
  std::mutex mutex_;
  std::size_t all_ = 0;
  std::map<std::array<unsigned char, 16>, std::size_t> by_address_;
};

} // namespace camwall::http
