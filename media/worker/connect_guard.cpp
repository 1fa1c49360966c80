#include "media/worker/connect_guard.hpp"

#include "core/redact.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace camwall::media {

namespace {

constexpr std::size_t shown_bytes_max = 200;

} // namespace

std::optional<peer_address> to_peer(const sockaddr* address, socklen_t size) noexcept {
  peer_address out;
  if (address == nullptr || size < sizeof(sa_family_t))
    return std::nullopt;
  if (address->sa_family == AF_INET && size >= sizeof(sockaddr_in)) {
    sockaddr_in x{};
    std::memcpy(&x, address, sizeof x);
    out.ip[10] = 0xff;
    out.ip[11] = 0xff;
    std::memcpy(out.ip.data() + 12, &x.sin_addr, sizeof x.sin_addr);
    out.port = ntohs(x.sin_port);
    return out;
  }
  if (address->sa_family == AF_INET6 && size >= sizeof(sockaddr_in6)) {
    sockaddr_in6 x{};
    std::memcpy(&x, address, sizeof x);
    std::memcpy(out.ip.data(), &x.sin6_addr, out.ip.size());
    out.port = ntohs(x.sin6_port);
    return out;
  }
  return std::nullopt;
}

void connect_guard::note_redirect(std::string_view where) {
  if (redirects_)
    return;
  refused_redirect_ = redact(where.substr(0, shown_bytes_max));
  for (auto& c : refused_redirect_)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e)
      c = '?';
  if (refused_redirect_.empty())
    refused_redirect_ = "another address";
}

bool connect_guard::admits(const std::optional<peer_address>& to) noexcept {
  if (!refused_redirect_.empty())
    return false;
  if (!only_ || (to && std::find(only_->begin(), only_->end(), *to) != only_->end()))
    return true;
  refused_peer_ = true;
  return false;
}

connect_guard& the_connect_guard() noexcept {
  static connect_guard x;
  return x;
}

} // namespace camwall::media
