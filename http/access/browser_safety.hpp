#pragma once

#include "http/access/settings.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace camwall::http {

/// What a browser is told about a page of ours: scripts, styles and media come from here only, and
/// who may show the page in a frame.
void add_page_fields(response& out, const access_settings& settings);

/// What every answer says: its type is what it says it is, other sites may not embed it, and a
/// listed page of another origin may read it (Fetch §3.2, without cookies).
void add_safety_fields(response& out, const request& x);

/// True when a browser asks whether a page of another origin may send a request.
bool is_preflight(const request& x) noexcept;

/// The answer for a listed origin; for all others the browser gets none of these fields and
/// refuses by itself.
response preflight_answer(const request& x);

} // namespace camwall::http
