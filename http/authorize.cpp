#include "http/authorize.hpp"

namespace camwall::http {

namespace {

/// A link shows one camera and nothing else, whoever gave it away.
bool link_permits(link_kind link, action what) noexcept {
  switch (what) {
    case action::view_still:
    case action::sign_in:
      return true;
    case action::view_page:
    case action::view_media:
    case action::view_state:
    case action::open_socket:
      return link == link_kind::watch;
    default:
      return false;
  }
}

} // namespace

bool permits(const principal& who, action what) noexcept {
  if (who.link != link_kind::none)
    return link_permits(who.link, what);
  switch (what) {
    case action::view_metrics: // They name every camera.
      return who.role >= role::viewer && !who.scope;
    case action::view_page:
    case action::view_media:
    case action::view_still:
    case action::view_state:
    case action::view_health:
    case action::keep_view:
      return who.role >= role::viewer;
    case action::open_socket: // The close code tells, which a 401 would not tell a page.
    case action::sign_in:
      return true;
    case action::operate:
    case action::view_configuration:
      return who.role >= role::operator_;
    case action::configure:
      return who.role >= role::administrator;
  }
  return false;
}

bool knows(const principal& who, const camera_snapshot& camera) {
  return !who.scope || who.scope->holds(camera.id, camera.group);
}

bool knows(const principal& who, std::string_view camera, const wall_snapshot* wall) {
  if (!who.scope)
    return true;
  const auto* found = wall != nullptr ? wall->find(camera) : nullptr;
  return who.scope->holds(camera,
                          found != nullptr ? std::string_view{found->group} : std::string_view{});
}

bool authorize(const principal& who, action what, std::string_view camera,
               const wall_snapshot* wall) {
  return permits(who, what) && (camera.empty() || knows(who, camera, wall));
}

bool is_cross_origin(const request& x) noexcept {
  auto origin = x.header("Origin");
  if (origin.empty() || x.listed_origin)
    return false;
  auto scheme = origin.find("://");
  return scheme == std::string_view::npos ||
         !equal_ignoring_case(origin.substr(scheme + 3), x.host);
}

} // namespace camwall::http
