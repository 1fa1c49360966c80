#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace camwall {

/// An IP address in network order; IPv4 is mapped into IPv6 (RFC 4291 §2.5.5.2).
using ip_address = std::array<std::uint8_t, 16>;

/// Reads `192.0.2.7` or `2001:db8::7`, without brackets, port or zone.
std::optional<ip_address> parse_ip_address(std::string_view text) noexcept;

/// All addresses with one prefix.
struct ip_range {
  ip_address first{};
  std::uint8_t prefix_bits = 128; ///< Of the mapped form: 96 more than what is written for IPv4.

  bool contains(const ip_address& x) const noexcept;

  /// Every IPv4 address, or every address of all.
  bool is_everybody() const noexcept;

  friend bool operator==(const ip_range&, const ip_range&) = default;
};

/// Reads `10.0.0.0/8`, `2001:db8::/32`, or one address (RFC 4632 §3.1). Empty for anything else,
/// also when the address has bits beyond the prefix: a slip such as `10.1.2.3/8` would let in more
/// than its writer saw.
std::optional<ip_range> parse_ip_range(std::string_view text) noexcept;

} // namespace camwall
