#pragma once

#include "config/config_error.hpp"
#include "config/interpolation.hpp"
#include "config/schema.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <vector>

namespace camwall::config {

inline constexpr std::size_t config_bytes_max = 1'048'576;  ///< Of each file.
inline constexpr std::size_t drop_in_bytes_max = 8'388'608; ///< Of all files of `cameras_dir`.
inline constexpr std::size_t drop_ins_max = 2048;           ///< Files of `cameras_dir`.

/// Reads and validates a configuration: the main file, the files of `cameras_dir`, and what gives
/// variables their values. Gives all that is wrong at once, in the order of the file;
/// never throws for anything that a file can hold. All paths in the result are absolute.
tl::expected<wall, std::vector<config_error>> load_file(const std::filesystem::path& file,
                                                        const environment& env);

/// The same with the main file's text in memory already; `file` gives the name for messages and the
/// folder for relative paths.
tl::expected<wall, std::vector<config_error>> load_text(std::string_view text,
                                                        const std::filesystem::path& file,
                                                        const environment& env);

} // namespace camwall::config
