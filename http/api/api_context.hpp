#pragma once

#include "http/authorize.hpp"
#include "http/request.hpp"
#include "http/wall_services.hpp"

#include <string>
#include <string_view>

namespace camwall::http {

/// What the handlers of the REST API share, and the only place where they ask who asks. Outlives
/// them.
struct api_context {
  const wall_services& services;
  bool open_access = false;

  principal who(const request& x) const noexcept {
    return identify(x, open_access);
  }

  /// For the log.
  std::string name_of(const request& /*unused*/) const {
    return "the administrator";
  }

  /// The dispatcher has asked for the route's own action and camera already.
  static bool may(const principal& who, action what, std::string_view camera) noexcept {
    return authorize(who, what, camera);
  }
};

} // namespace camwall::http
