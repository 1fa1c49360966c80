#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace camwall {

/// Where a camera's stream stands. The words of the API, the metrics and the page.
enum class phase : std::uint8_t {
  disabled,    ///< Switched off by configuration or order.
  idle,        ///< On demand, and nobody is watching.
  connecting,  ///< An order is given; no access unit came yet.
  live,        ///< Access units and segments progress.
  stale,       ///< Was live, a deadline passed, a restart is under way.
  backoff,     ///< Waits for the next try.
  auth_failed, ///< The password was refused; held back so that the camera does not lock us out.
};

/// Why a stream is not live. `none` while there is nothing to explain.
enum class reason : std::uint8_t {
  none,
  auth,
  not_found,
  refused,
  unreachable,
  timeout,
  dns,
  busy,
  transport,
  protocol,
  no_video,
  unsupported_codec,
  stalled,
  ended,
  crashed,
  killed,
  resources,
  config,
};

/// Something wrong with the picture of a stream that is live.
enum class condition : std::uint8_t {
  frozen,      ///< One picture again and again, though access units come.
  undecodable, ///< Keyframes have errors.
  black,
  uniform, ///< One plain colour, but not black.
};

inline constexpr std::array all_phases{phase::disabled,   phase::idle,  phase::connecting,
                                       phase::live,       phase::stale, phase::backoff,
                                       phase::auth_failed};

/// All reasons but `none`: the label values of the metrics.
inline constexpr std::array all_reasons{reason::auth,
                                        reason::not_found,
                                        reason::refused,
                                        reason::unreachable,
                                        reason::timeout,
                                        reason::dns,
                                        reason::busy,
                                        reason::transport,
                                        reason::protocol,
                                        reason::no_video,
                                        reason::unsupported_codec,
                                        reason::stalled,
                                        reason::ended,
                                        reason::crashed,
                                        reason::killed,
                                        reason::resources,
                                        reason::config};

inline constexpr std::array all_conditions{condition::frozen, condition::undecodable,
                                           condition::black, condition::uniform};

/// Whether a picture under this condition is no picture of now: such a camera is not up.
constexpr bool is_fault(condition x) noexcept {
  return x == condition::frozen || x == condition::undecodable;
}

std::string_view to_string(phase x) noexcept;
std::string_view to_string(condition x) noexcept;

/// Returns the empty string for `none`.
std::string_view to_string(reason x) noexcept;

/// Reads a reason that came over a socket; empty when the word is not known.
std::optional<reason> parse_reason(std::string_view word) noexcept;

/// Reads a condition that came over a socket or stands in a file; empty when the word is not known.
std::optional<condition> parse_condition(std::string_view word) noexcept;

} // namespace camwall
