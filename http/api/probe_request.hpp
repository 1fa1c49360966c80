#pragma once

#include "core/camera_prober.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <tl/expected.hpp>

namespace camwall::http {

/// Reads the body of `POST /api/v1/probe`: `url`, and if need be `username`, `password`,
/// `transport` and `deadline_s`. The error is the answer.
tl::expected<probe_request, response> read_probe_request(const request& x);

/// What was found. A camera that gives no picture is an answer like any other; only a server with
/// no room for a further look gives an error.
response probe_response(const probe_report& x);

} // namespace camwall::http
