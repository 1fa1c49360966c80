#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace camwall::config {

/// An RTSP address taken apart (RFC 7826 §4.2, RFC 3986 §3).
struct camera_url {
  bool has_user = false; ///< There is an `@`.
  std::string user;      ///< Decoded.
  std::string password;  ///< Decoded.
  std::string host;      ///< In lower case; an IPv6 address without its brackets.
  std::uint16_t port = 554;
  std::string rest; ///< All that follows the user information: `host:port/path?query`.
};

inline constexpr std::size_t url_bytes_max = 2048;

/// Checks and takes apart. The error is half a sentence (`names no host`) and quotes nothing of the
/// address: where an address is malformed, any part of it may be a piece of the password.
tl::expected<camera_url, std::string> parse_camera_url(std::string_view text);

/// Puts an address together, with user and password percent-encoded; without `user`, no user
/// information.
std::string build_camera_url(const camera_url& url, std::string_view user,
                             std::string_view password);

/// True for the text of an IPv4 or IPv6 address.
bool is_ip_address(std::string_view text);

/// True for 127.0.0.0/8 and ::1, also when mapped into IPv6.
bool is_loopback(std::string_view address);

/// True for a name of letters, digits, `-`, `_` and dots (RFC 1123 §2.1, with the underscore that
/// devices use).
bool is_host_name(std::string_view text);

} // namespace camwall::config
