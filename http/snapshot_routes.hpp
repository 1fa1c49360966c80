#pragma once

#include "core/snapshot_source.hpp"
#include "http/router.hpp"
#include "http/wall_services.hpp"

#include <string_view>
#include <vector>

namespace camwall::http {

/// Still pictures of the cameras, and what is kept of them (docs/reference/api.md). `services` must
/// outlive the routes.
std::vector<route> snapshot_routes(const wall_services& services);

/// The answer with a picture: 200, 304 when `if_none_match` names it (RFC 9110 §13.1.2), 503
/// without one. `now` tells its age.
response snapshot_response(const snapshot_result& x, std::string_view if_none_match,
                           std::chrono::milliseconds time_to_live, wall_time now);

} // namespace camwall::http
