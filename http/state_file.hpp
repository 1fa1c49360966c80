#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

namespace camwall::http {

/// Files of `state_dir` in which this room keeps what clients gave it. Each is replaced whole.
inline constexpr std::size_t state_file_bytes_max = 4UL * 1024 * 1024;

/// What is in `file`, its first `state_file_bytes_max` bytes; empty optional when there is none.
/// One that is there and cannot be read is an empty text, which is nobody's state.
std::optional<std::string> read_state_file(const std::filesystem::path& file);

/// Replaces `file` by `text`, readable for its owner alone; on the disk when it returns. False, and
/// errno, when it cannot.
bool replace_state_file(const std::filesystem::path& file, const std::string& text);

/// Renames a file that cannot be used to `<file>.broken`, and returns that name without its folder.
std::string set_aside(const std::filesystem::path& file);

} // namespace camwall::http
