#pragma once

#include "http/api/api_context.hpp"
#include "http/router.hpp"

#include <vector>

namespace camwall::http {

/// How cameras fare: list, one, its events; orders.
std::vector<route> camera_state_routes(const api_context& context);

/// How cameras are configured, and changes of it.
std::vector<route> camera_change_routes(const api_context& context);

/// Server-sent events.
std::vector<route> event_routes(const api_context& context);

/// Views of the page.
std::vector<route> view_routes(const api_context& context);

/// What concerns the server: status, reload, probe, templates, the document of the API.
std::vector<route> system_routes(const api_context& context);

/// All of these. `context` outlives the rows.
std::vector<route> api_routes(const api_context& context);

} // namespace camwall::http
