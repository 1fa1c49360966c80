#include "http/authorize.hpp"

namespace camwall::http {

principal identify(const request& x, bool open_access) noexcept {
  auto forwarded = x.has_header("Forwarded") || x.has_header("X-Forwarded-For");
  if (x.from_loopback && !forwarded)
    return {role::administrator};
  return {open_access ? role::viewer : role::none};
}

bool authorize(const principal& who, action what, std::string_view /*camera*/) noexcept {
  switch (what) {
    case action::view_page:
    case action::view_media:
    case action::view_still:
    case action::view_state:
    case action::view_metrics:
    case action::view_health:
      return who.role >= role::viewer;
    case action::open_socket:
    case action::sign_in:
      return true;
    case action::operate:
      return who.role >= role::operator_;
    case action::view_configuration:
    case action::configure:
      return who.role >= role::administrator;
  }
  return false;
}

bool is_cross_origin(const request& x) noexcept {
  auto origin = x.header("Origin");
  if (origin.empty())
    return false;
  auto scheme = origin.find("://");
  return scheme == std::string_view::npos ||
         !equal_ignoring_case(origin.substr(scheme + 3), x.host);
}

} // namespace camwall::http
