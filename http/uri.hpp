#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace camwall::http {

/// Decodes the path of a request target, once. Empty for everything that could mean two different
/// files: a bad or truncated escape, an encoded slash, a backslash, a control character, an empty
/// segment, `.` or `..` as a segment. What still looks encoded afterwards (`%252e`) is an ordinary
/// name.
std::optional<std::string> decode_path(std::string_view raw);

/// Decodes a value of the query; a plus is a blank (WHATWG URL §5.1). Empty for a bad escape, a
/// control character, or more than `bytes_max` bytes.
std::optional<std::string> decode_query(std::string_view raw, std::size_t bytes_max);

/// Reads a decimal number without sign; empty for anything else or more than nine digits.
std::optional<std::size_t> parse_number(std::string_view text) noexcept;

} // namespace camwall::http
