#pragma once

#include "core/camera_prober.hpp"

#include <string>
#include <vector>

namespace camwall::media {

/// When something of a camera is worth a word. What is measured varies a little.
namespace advice_limits {
inline constexpr double gop_s = 4.2;
inline constexpr double fps_low = 5.5;
inline constexpr double bitrate_bps = 6e6;
inline constexpr long tile_pixels = 1280L * 720; ///< More is too much for a tile of a grid.
inline constexpr double clock_s = 10;            ///< Its reports come when they come.
} // namespace advice_limits

/// What to set at the camera, and why: the weightiest first. `asked_transport` is what the probe
/// was to take.
std::vector<probe_report::advice> advise(const probe_report& x, std::string_view asked_transport);

/// Where a camera plays, in words of docs/reference/cli.md.
std::vector<std::string> plays_where(const probe_report& x);

} // namespace camwall::media
