#pragma once

#include "config/config_error.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace camwall::config {

struct text_file {
  std::string text;
  bool world_readable = false; ///< Every user of the machine may read it.
  bool world_writable = false; ///< The same for writing.
};

/// Reads a regular file of at most `bytes_max`. The error is half a sentence: `cannot be read:
/// Permission denied`. Never blocks: a FIFO or a device is refused.
tl::expected<text_file, std::string> read_text_file(const std::filesystem::path& file,
                                                    std::size_t bytes_max);

/// Something in a text that YAML does not allow at all.
struct text_flaw {
  position at;
  std::string message;
};

/// Finds the first byte that is not UTF-8 (RFC 3629) or is a control character other than tab and
/// line break.
std::optional<text_flaw> find_text_flaw(std::string_view text);

/// Number of bytes of the UTF-8 character at the begin of `text`; 0 when there is no valid one (RFC
/// 3629 §4).
std::size_t utf8_length(std::string_view text) noexcept;

/// Number of characters of valid UTF-8 text.
std::size_t utf8_count(std::string_view text) noexcept;

} // namespace camwall::config
