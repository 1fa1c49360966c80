#pragma once

#include "core/ip_range.hpp"

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::media {

/// Where a TCP connection goes.
struct peer_address {
  ip_address ip{};
  std::uint16_t port = 0;

  friend bool operator==(const peer_address&, const peer_address&) = default;
};

/// Nothing for what is neither IPv4 nor IPv6.
std::optional<peer_address> to_peer(const sockaddr* address, socklen_t size) noexcept;

/// Decides about each TCP connection that libav makes: the program's own `connect` asks it. For the
/// thread that reads the camera.
///
/// libav looks a name up by itself, each time anew, and goes wherever a camera sends it with an
/// answer 3xx (RFC 2326 §11.3). It tells of the latter in its messages only, but in time for us.
class connect_guard {
public:
  /// From now on only these may be connected to.
  void allow_only(std::vector<peer_address> peers) {
    only_ = std::move(peers);
  }

  /// From now on nobody is followed to another address.
  void forbid_redirects() noexcept {
    redirects_ = false;
  }

  /// The camera named another address.
  void note_redirect(std::string_view where);

  /// The address that it named and that was not followed, without its user information; else
  /// empty.
  const std::string& refused_redirect() const noexcept {
    return refused_redirect_;
  }

  /// Whether a connection was refused because it went to an address that is not allowed.
  bool refused_peer() const noexcept {
    return refused_peer_;
  }

  /// Whether a connection may be made; remembers when not.
  bool admits(const std::optional<peer_address>& to) noexcept;

private:
  bool redirects_ = true;
  bool refused_peer_ = false;
  std::string refused_redirect_;
  std::optional<std::vector<peer_address>> only_;
};

/// Of the worker's only RTSP session.
connect_guard& the_connect_guard() noexcept;

} // namespace camwall::media
