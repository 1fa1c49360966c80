#pragma once

#include "http/request.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace camwall::http {

inline constexpr std::string_view session_cookie = "camwall_session";
inline constexpr std::string_view link_cookie = "camwall_link";

/// The value of a cookie of ours (RFC 6265). Over TLS it has the prefix `__Host-`, which keeps
/// others under the same domain from setting it, and no other is read.
std::string_view cookie_of(const request& x, std::string_view name) noexcept;

/// The value of `Set-Cookie`. Without `lasts` it ends with the browser; zero deletes it. `strict`:
/// never sent when a page of another site led here.
std::string set_cookie(const request& x, std::string_view name, std::string_view value,
                       std::optional<std::chrono::seconds> lasts, bool strict = true);

} // namespace camwall::http
