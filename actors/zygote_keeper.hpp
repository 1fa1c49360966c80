#pragma once

#include "actors/context.hpp"
#include "actors/messages.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <memory>

namespace camwall {

/// Keeps the worker factory alive: when it ends, the first replacement comes at once, further ones
/// after a growing wait. Running workers are not its concern: they outlive their factory.
struct zygote_keeper_state {
  explicit zygote_keeper_state(caf::event_based_actor* selfptr) : self(selfptr) {
    // nop
  }

  caf::behavior make_behavior(std::shared_ptr<const wall_context> ctx);

  caf::event_based_actor* self;
  std::shared_ptr<const wall_context> context;
  time_point started;
  std::uint32_t ends = 0;

  static inline const char* name = "zygote_keeper";
};

caf::behavior zygote_keeper(caf::stateful_actor<zygote_keeper_state>* self,
                            std::shared_ptr<const wall_context> context);

} // namespace camwall
