#pragma once

#include "core/ip_range.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace camwall {

/// Addresses of cameras that clients may name, as one entry of a list: `rtsp://10.0.0.0/8:554`.
struct permitted_peers {
  ip_range range;
  std::uint16_t port = 554;
  bool any_port = false;

  friend bool operator==(const permitted_peers&, const permitted_peers&) = default;
};

/// Reads `rtsp://` and an IP address or range (`10.0.0.0/8`, `[2001:db8::/32]`), then nothing (port
/// 554), `:<port>` or `:*`. A name is none: what it means is for others to say. Everybody
/// (`0.0.0.0/0`, `::/0`) is refused. The error is half a sentence.
tl::expected<permitted_peers, std::string> parse_permitted_peers(std::string_view text);

/// Whether a server should not be led to this address by somebody else: this machine, the link
/// (cloud machines learn their secrets there), multicast, and IPv6 forms that hide an IPv4 address.
bool is_delicate(const ip_address& x) noexcept;

/// Decides whether an address that a client named may be connected to. To be asked of what a name
/// was resolved to, never of the name; and the connection has to go to what was asked about.
class address_rule {
public:
  /// Without entries nothing is permitted.
  explicit address_rule(const std::vector<permitted_peers>& entries = {});

  /// A delicate address is permitted only by an entry that names nothing but delicate ones: a wide
  /// range that happens to hold it does not count.
  bool permits(const ip_address& ip, std::uint16_t port) const noexcept;

private:
  struct entry {
    permitted_peers peers;
    bool delicate = false;
  };

  std::vector<entry> entries_;
};

} // namespace camwall
