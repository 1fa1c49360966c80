#pragma once

#include "core/camera_catalogue.hpp"
#include "core/camera_prober.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <tl/expected.hpp>

#include <functional>
#include <string>
#include <string_view>

namespace camwall::http {

/// Puts the login of a camera that the client may configure into an address: see
/// camera_catalogue::with_login_of.
using known_login = std::function<tl::expected<std::string, change_refusal>(
  std::string_view camera, std::string_view url, std::string_view username)>;

/// Reads the body of `POST /api/v1/probe`: `url`, and if need be `username`, `password`, `camera`,
/// `transport` and `deadline_s`. With `camera`, `***` as the password, or as the user information
/// of the address, is what this camera is configured with. The error is the answer.
tl::expected<probe_request, response> read_probe_request(const request& x,
                                                         const known_login& logins);

/// What was found. A camera that gives no picture is an answer like any other; only a server with
/// no room for a further look gives an error.
response probe_response(const probe_report& x);

} // namespace camwall::http
