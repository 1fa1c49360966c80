#pragma once

#include "http/response.hpp"

#include <string_view>

namespace camwall::http {

/// An error as `application/problem+json` (RFC 9457): `type title status detail code`. `code` is
/// the stable word that programs compare; `detail` is one sentence for people. Never cached.
response problem(int status, std::string_view code, std::string_view detail);

} // namespace camwall::http
