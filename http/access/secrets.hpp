#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace camwall::http {

/// What a password may be at most; Argon2 would take any length, and its time with it.
inline constexpr std::size_t password_bytes_max = 1024;

/// An Argon2id string (`$argon2id$v=19$m=…`, RFC 9106) of a password, made with 64 MiB and two
/// passes: about a tenth of a second. Throws std::bad_alloc without the memory.
std::string hash_password(std::string_view password);

/// Takes as long as the hash was made to take, also when the password is wrong. False, too, when
/// the memory is not there.
bool is_password(std::string_view hash, std::string_view password) noexcept;

/// `bytes` random bytes as base64url without filling (RFC 4648 §5).
std::string random_text(std::size_t bytes);

/// SHA-256 as 64 hexadecimal digits: what is kept of a secret that is random and long.
std::string fingerprint(std::string_view secret);

/// Compares in a time that depends on the lengths alone.
bool is_same(std::string_view a, std::string_view b) noexcept;

std::string to_base64url(std::string_view bytes);

/// Empty when `text` is not base64url without filling.
std::optional<std::string> from_base64url(std::string_view text);

/// Standard base64 with filling (RFC 4648 §4), as basic authentication uses it.
std::string to_base64(std::string_view bytes);

/// Empty when `text` is not base64 with filling.
std::optional<std::string> from_base64(std::string_view text);

/// A key for `sign`.
using signing_key = std::array<std::uint8_t, 32>;

signing_key random_key();

/// HMAC-SHA-256 (RFC 2104) as base64url.
std::string sign(const signing_key& key, std::string_view text);

} // namespace camwall::http
