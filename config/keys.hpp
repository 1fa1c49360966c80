#pragma once

#include <span>
#include <string_view>
#include <vector>

namespace camwall::config {

/// One key that the loader understands. The reference and the example file are tested against this
/// table.
struct known_key {
  std::string_view path; ///< E.g. `server.listen`; of a camera `cameras[].url`.
  std::string_view
    fallback; ///< What holds when the key is absent, as text; empty when there is nothing to say.
};

/// All keys, in the order of the reference.
std::span<const known_key> known_keys();

/// The keys directly below `section` (empty for the top level), e.g. `listen` for `server`,
/// `check` for `cameras[].picture`.
std::vector<std::string_view> keys_of(std::string_view section);

/// The section that knows `key`, e.g. `hls` for `window`; empty when none or the top level does.
std::string_view section_with(std::string_view key);

} // namespace camwall::config
