#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace camwall::media {

using bytes = std::vector<std::uint8_t>;
using byte_view = std::span<const std::uint8_t>;

inline void append(bytes& to, byte_view what) {
  to.insert(to.end(), what.begin(), what.end());
}

} // namespace camwall::media
