#pragma once

#include "core/camera_catalogue.hpp"
#include "http/response.hpp"

#include <string>
#include <string_view>

namespace camwall::http {

/// A JSON answer; never cached.
response json_response(std::string body, int status = 200);

/// The answer to a change that was refused; docs/reference/api.md has the status of each kind.
response refusal_response(const change_refusal& why);

/// 404: the path names a camera that does not exist, or that the client may not see.
response camera_not_found();

/// 501: this server was started without that part.
response not_available(std::string_view what);

} // namespace camwall::http
