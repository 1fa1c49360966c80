#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace camwall::config {

/// What a value is in JSON. A duration is text (`2s`) or a number of seconds.
enum class value_kind : std::uint8_t { text, truth, number, duration, list };

/// One key that the loader understands. The reference and the example file are tested against this
/// table.
struct known_key {
  std::string_view path; ///< E.g. `server.listen`; of a camera `cameras[].url`.
  std::string_view
    fallback; ///< What holds when the key is absent, as text; empty when there is nothing to say.
  value_kind kind = value_kind::text; ///< Given for the keys of a camera only.
};

/// The name, among sections, of a whole file of `cameras_dir`.
inline constexpr std::string_view drop_in_section = "cameras.d/*.yaml";

/// All keys, in the order of the reference.
std::span<const known_key> known_keys();

/// The keys directly below `section` (empty for the top level), e.g. `listen` for `server`,
/// `check` for `cameras[].picture`.
std::vector<std::string_view> keys_of(std::string_view section);

/// The section that knows `key`, e.g. `hls` for `window`; empty when none or the top level does.
std::string_view section_with(std::string_view key);

} // namespace camwall::config
