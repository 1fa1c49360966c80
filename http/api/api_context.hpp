#pragma once

#include "http/authorize.hpp"
#include "http/request.hpp"
#include "http/wall_services.hpp"

#include <string>
#include <string_view>

namespace camwall::http {

/// What the handlers of the REST API share. Outlives them.
struct api_context {
  const wall_services& services;

  /// For the log.
  static std::string name_of(const request& x) {
    return x.who.name.empty() ? "the administrator" : x.who.name;
  }

  /// The dispatcher has asked for the route's own action and camera already.
  bool may(const principal& who, action what, std::string_view camera) const {
    return authorize(who, what, camera, services.wall->load().get());
  }
};

} // namespace camwall::http
