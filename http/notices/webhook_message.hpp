#pragma once

#include "http/notices/notice_rules.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace camwall::http {

namespace notice_limits {

/// Of one message; of more, only the number is told.
inline constexpr std::size_t notices_max = 100;
} // namespace notice_limits

/// The JSON of one message (docs/reference/webhooks.md). `delivery` is the same for each try.
std::string webhook_body(std::span<const notice> what, std::string_view delivery,
                         std::string_view build, wall_time now);

/// HMAC-SHA-256 (RFC 2104) of `<timestamp>.<body>` as 64 hexadecimal digits.
std::string webhook_signature(std::string_view secret, std::string_view timestamp,
                              std::string_view body);

} // namespace camwall::http
