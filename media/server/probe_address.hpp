#pragma once

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace camwall::media {

/// An address that somebody wants to have looked at.
struct probe_address {
  std::string shown; ///< With `***` for its user information.
  std::string peer;  ///< `host:port` in lower case: one camera or recorder.
};

inline constexpr std::size_t probe_url_bytes_max = 2048;

/// Checks what must hold before a worker gets the address (RFC 7826 §4.2). The error is one
/// sentence that quotes nothing of it: any part of a malformed address may be a piece of the
/// password.
tl::expected<probe_address, std::string> check_probe_address(std::string_view url);

} // namespace camwall::media
