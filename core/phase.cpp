#include "core/phase.hpp"

namespace camwall {

std::string_view to_string(phase x) noexcept {
  switch (x) {
    case phase::disabled:
      return "disabled";
    case phase::idle:
      return "idle";
    case phase::connecting:
      return "connecting";
    case phase::live:
      return "live";
    case phase::stale:
      return "stale";
    case phase::backoff:
      return "backoff";
    case phase::auth_failed:
      return "auth_failed";
  }
  return "unknown";
}

std::string_view to_string(condition x) noexcept {
  switch (x) {
    case condition::frozen:
      return "frozen";
    case condition::undecodable:
      return "undecodable";
    case condition::black:
      return "black";
    case condition::uniform:
      return "uniform";
  }
  return "unknown";
}

std::string_view to_string(reason x) noexcept {
  switch (x) {
    case reason::none:
      return "";
    case reason::auth:
      return "auth";
    case reason::not_found:
      return "not_found";
    case reason::refused:
      return "refused";
    case reason::unreachable:
      return "unreachable";
    case reason::timeout:
      return "timeout";
    case reason::dns:
      return "dns";
    case reason::busy:
      return "busy";
    case reason::transport:
      return "transport";
    case reason::protocol:
      return "protocol";
    case reason::no_video:
      return "no_video";
    case reason::unsupported_codec:
      return "unsupported_codec";
    case reason::stalled:
      return "stalled";
    case reason::ended:
      return "ended";
    case reason::crashed:
      return "crashed";
    case reason::killed:
      return "killed";
    case reason::resources:
      return "resources";
    case reason::config:
      return "config";
  }
  return "unknown";
}

std::optional<reason> parse_reason(std::string_view word) noexcept {
  for (auto x : all_reasons)
    if (to_string(x) == word)
      return x;
  return std::nullopt;
}

std::optional<condition> parse_condition(std::string_view word) noexcept {
  for (auto x : all_conditions)
    if (to_string(x) == word)
      return x;
  return std::nullopt;
}

} // namespace camwall
