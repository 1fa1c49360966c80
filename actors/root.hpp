#pragma once

#include "actors/context.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>

#include <memory>

namespace camwall {

/// Starts the whole tree and returns its root. The root ends when it is told to exit, or when its
/// children end so often that something must be wrong with the program itself.
caf::actor spawn_root(caf::actor_system& system,
                      const std::shared_ptr<const wall_context>& context);

/// Tells the tree that the context's configuration is another one. An actor that is just being
/// restarted misses the message and needs none. Any thread; does not block.
void tell_config(caf::actor_system& system, const std::shared_ptr<const wall_context>& context);

} // namespace camwall
