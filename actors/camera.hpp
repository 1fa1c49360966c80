#pragma once

#include "actors/context.hpp"
#include "actors/messages.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <memory>
#include <string>

namespace camwall {

/// Answers for a camera's one or two streams: the grid stream (`sub` when there is one) as the
/// configuration says, `main` beside a `sub` on demand. Its state is its grid stream's.
struct camera_state {
  explicit camera_state(caf::event_based_actor* selfptr) : self(selfptr) {
    // nop
  }

  caf::behavior make_behavior(std::shared_ptr<const wall_context> ctx, config::camera cam);
  void spawn_stream(const std::string& stream_name);
  void begin_leave();
  void obey(const order_camera& msg);
  void on_exit(const caf::exit_msg& msg);
  void report();

  caf::event_based_actor* self;
  std::shared_ptr<const wall_context> context;
  config::camera camera;
  std::string grid_stream;
  bool leaving = false;
  std::map<std::string, caf::actor> streams;
  std::map<std::string, stream_status> latest;

  static inline const char* name = "camera";
};

caf::behavior camera(caf::stateful_actor<camera_state>* self,
                     std::shared_ptr<const wall_context> context, config::camera camera);

/// How a camera looks before anything was heard of it.
camera_snapshot first_snapshot(const config::camera& x);

} // namespace camwall
