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

/// Of the sentence for people.
inline constexpr std::size_t phrases_max = 10;
} // namespace notice_limits

/// What a message says beside its notices.
struct webhook_envelope {
  std::string_view webhook;  ///< Its name.
  std::string_view delivery; ///< The same for each try of one message.
  std::string_view build;
  wall_time at;
};

/// The JSON of one message (docs/reference/webhooks.md).
std::string webhook_body(std::span<const notice> what, const webhook_envelope& about);

/// HMAC-SHA-256 (RFC 2104) of `<timestamp>.<body>` as 64 hexadecimal digits.
std::string webhook_signature(std::string_view secret, std::string_view timestamp,
                              std::string_view body);

} // namespace camwall::http
