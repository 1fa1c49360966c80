#pragma once

#include "http/authorize.hpp"
#include "http/live/live_room.hpp"
#include "http/request.hpp"
#include "http/websocket/session.hpp"

#include <chrono>
#include <utility>

namespace camwall::http {

/// Makes the sessions of `/ws/wall` and `/ws/stream`. What a client asks for and may not have, it
/// is told by a close code after the handshake: browsers hide every other answer from the page.
class live_routes {
public:
  /// `services` outlives it, and it outlives the sessions.
  explicit live_routes(const wall_services& services,
                       live_context::clock now = std::chrono::steady_clock::now)
    : context_(services, std::move(now)), rooms_(context_) {
    // nop
  }

  /// `/ws/wall?wall=<name>`.
  session_factory wall(const request& x, const principal& who);

  /// `/ws/stream?id=…`.
  session_factory stream(const request& x, const principal& who);

private:
  live_context context_;
  live_rooms rooms_;
};

} // namespace camwall::http
