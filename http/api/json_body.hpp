#pragma once

#include "http/request.hpp"
#include "http/response.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace camwall::http {

/// Levels of arrays and objects in a body; deeper ones are refused.
inline constexpr std::size_t json_depth_max = 16;

/// Looks whether the body is a JSON object of one of these media types (RFC 9110 §8.3). Returns the
/// answer when it is not: 415, or 400 with the place.
std::optional<response> refuse_body(const request& x,
                                    std::span<const std::string_view> media_types);

/// The same for `application/json`.
std::optional<response> refuse_body(const request& x);

} // namespace camwall::http
