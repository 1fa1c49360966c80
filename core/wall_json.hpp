#pragma once

#include "core/wall_snapshot.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace camwall {

/// Renders one camera as the REST API shows it (docs/reference/api.md).
std::string to_json(const camera_snapshot& x);

/// Renders cameras `[offset, offset + limit)` as `{"cameras": […], "next": <offset or null>}`.
std::string to_json(std::span<const camera_snapshot* const> cameras, std::size_t offset,
                    std::size_t limit);

/// Renders at most `limit` of the camera's events with a sequence below `before` (0: all), newest
/// first, as `{"events": […], "next": <the next `before` or null>}`.
std::string events_to_json(const camera_snapshot& x, std::uint64_t before, std::size_t limit);

} // namespace camwall
