#include "http/connection_limits.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace camwall::http {

peer_address peer_of(const sockaddr_storage& x) noexcept {
  constexpr std::size_t prefix_bytes = 8;
  peer_address out;
  if (x.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &x, sizeof v4);
    out.loopback = (ntohl(v4.sin_addr.s_addr) >> 24) == 127;
    out.key[10] = 0xff;
    out.key[11] = 0xff;
    std::memcpy(out.key.data() + 12, &v4.sin_addr, 4);
    out.address = out.key;
  } else if (x.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &x, sizeof v6);
    auto mapped = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
    out.loopback =
      IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) || (mapped && v6.sin6_addr.s6_addr[12] == 127);
    std::memcpy(out.key.data(), &v6.sin6_addr, mapped ? out.key.size() : prefix_bytes);
    std::memcpy(out.address.data(), &v6.sin6_addr, out.address.size());
  }
  return out;
}

connection_limits::connection_limits(std::size_t all_max, std::size_t address_max) noexcept
  : all_max_(all_max), address_max_(address_max) {
  // nop
}

bool connection_limits::enter(const peer_address& x) {
  std::lock_guard guard{mutex_};
  if (all_ >= all_max_)
    return false;
  auto& count = by_address_[x.key];
  if (count >= address_max_)
    return false;
  ++count;
  ++all_;
  return true;
}

void connection_limits::leave(const peer_address& x) {
  std::lock_guard guard{mutex_};
  auto entry = by_address_.find(x.key);
  if (entry == by_address_.end())
    return;
  --all_;
  if (--entry->second == 0)
    by_address_.erase(entry);
}

} // namespace camwall::http
