#pragma once

#include <cstddef>
#include <string_view>

namespace camwall::http {

/// RFC 3629: no overlong forms, no surrogates, nothing beyond U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

/// The longest beginning of `text`, which is valid UTF-8, that has at most `bytes_max` bytes and
/// cuts no character.
std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) noexcept;

} // namespace camwall::http
