#pragma once

#include "config/reader.hpp"
#include "config/url.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace camwall::config {

/// The addresses of one camera as they are written, or as its template gives them.
struct camera_addresses {
  std::optional<camera_url> main; ///< Absent only when it is wrong.
  std::optional<camera_url> sub;
  std::optional<std::uint32_t> channel; ///< Of the template.
};

/// Reads `url` and `sub_url`, or `template` and what belongs to it: one entry, or one for each of
/// `channels`. Reports what is wrong; there is an entry in any case.
std::vector<camera_addresses> read_addresses(section& here);

/// The most channels that one entry of `cameras` can name.
inline constexpr std::size_t channels_max = 256;

} // namespace camwall::config
