#pragma once

#include <chrono>
#include <string>

namespace camwall {

using wall_time = std::chrono::system_clock::time_point;

/// Renders `t` in UTC with milliseconds, e.g. `2026-01-01T12:00:00.000Z` (RFC 3339).
std::string rfc3339(wall_time t);

/// Seconds since the epoch, with fraction: the unit of Prometheus timestamps.
double unix_seconds(wall_time t) noexcept;

} // namespace camwall
