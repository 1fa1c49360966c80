#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace camwall::http {

/// Each may do what those before it may.
// NOLINTNEXTLINE(readability-identifier-naming): the word itself is taken.
enum class role : std::uint8_t { none, viewer, operator_, administrator };

/// `none`, `viewer`, `operator`, `admin`.
std::string_view to_string(role x) noexcept;

/// What of the wall somebody may know of: the cameras that are named, and those of the named
/// groups.
struct camera_scope {
  std::set<std::string, std::less<>> cameras;
  std::set<std::string, std::less<>> groups;

  bool holds(std::string_view id, std::string_view group) const;

  friend bool operator==(const camera_scope&, const camera_scope&) = default;
};

/// A login as what goes on for long sees it (WebSockets, event streams): set once when the right is
/// lost.
struct login_state {
  std::atomic<bool> ended = false;
};

/// What a signed link opens besides its one camera's page.
enum class link_kind : std::uint8_t { none, watch, still };

/// Who asks. Cheap to copy.
struct principal {
  http::role role = http::role::none;
  std::string name = {}; ///< Of the user; empty for nobody, for this machine, and for a link.
  std::shared_ptr<const camera_scope> scope = nullptr; ///< Null: every camera.
  std::shared_ptr<const login_state> login = nullptr;  ///< Null: it does not end.
  std::optional<std::chrono::system_clock::time_point> until = std::nullopt;
  link_kind link = link_kind::none; ///< Came by a link.
};

/// True when what `who` was let in by holds no more. For what goes on for long; a request is
/// identified anew.
bool has_ended(const principal& who, std::chrono::system_clock::time_point now);

} // namespace camwall::http
