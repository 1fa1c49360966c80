#pragma once

#include "core/phase.hpp"
#include "core/rfc3339.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace camwall {

/// Why a client does not get an address of its own.
enum class adhoc_refused : std::uint8_t {
  off,        ///< Nobody may (`adhoc.enabled`).
  role,       ///< Clients of this listener may not (`adhoc.role`).
  address,    ///< It is none.
  permission, ///< The list does not hold it (`adhoc.allow`).
  full,       ///< There are as many as may be (`adhoc.cameras_max`).
  login,      ///< The camera refused this login a while ago, or several others.
};

inline constexpr auto all_adhoc_refused =
  std::to_array({adhoc_refused::off, adhoc_refused::role, adhoc_refused::address,
                 adhoc_refused::permission, adhoc_refused::full, adhoc_refused::login});

/// The word in metrics: `permission`.
constexpr std::string_view to_string(adhoc_refused x) noexcept {
  constexpr std::array<std::string_view, all_adhoc_refused.size()> words{
    "off", "role", "address", "permission", "full", "login"};
  return words[static_cast<std::size_t>(x)];
}

/// A camera whose address a client named. Holds no login, no path and no query: any of them may be
/// a secret.
struct adhoc_camera_status {
  std::string id;
  std::string host; ///< As the client named it, in lower case.
  std::uint16_t port = 0;
  std::size_t viewers = 0;
  wall_time since; ///< When the first of them came.
  camwall::phase phase = camwall::phase::idle;
  camwall::reason reason = camwall::reason::none;
  std::string detail; ///< One sentence for people; holds no secret.
};

/// The cameras at addresses that clients name, and what became of those that they named.
struct adhoc_status {
  bool enabled = false;
  std::size_t cameras_max = 0;
  std::vector<adhoc_camera_status> cameras;
  std::size_t logins_held = 0; ///< Refused ones, which are not tried again for a while.

  // Since the start:
  std::uint64_t begun = 0;
  std::array<std::uint64_t, all_adhoc_refused.size()> refused{};
};

} // namespace camwall
