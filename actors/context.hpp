#pragma once

#include "actors/config_in_force.hpp"
#include "actors/stream_quota.hpp"
#include "config/schema.hpp"
#include "core/wall_snapshot.hpp"
#include "media/worker_launcher.hpp"
#include "metrics/supervision_metrics.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/atom.hpp>

#include <functional>
#include <memory>
#include <string>

namespace camwall {

/// What every actor of the tree is given. Outlives the actor system.
struct wall_context {
  config_in_force config{std::make_shared<const config::wall>()};
  media::worker_launcher* launcher = nullptr;
  snapshot_cell* snapshots = nullptr;
  snapshot_cell* with_adhoc = nullptr; ///< Also those of clients' own addresses; may be null.
  metrics::supervision_metrics* metrics = nullptr;
  std::function<void()> start_zygote; ///< Does not block.

  /// A camera that was removed or changed has ended, its workers included. Does not block; may be
  /// empty.
  std::function<void(const std::string& id)> on_camera_ended;
  std::shared_ptr<stream_quota> streams = std::make_shared<stream_quota>();
};

// Names under which the registry knows the actors that others talk to. A name outlives the actor:
// after a restart it means the new one, and until then messages are lost, which every sender makes
// good by announcing itself again.
inline constexpr auto board_name = caf::atom("board");
inline constexpr auto gate_name = caf::atom("gate");
inline constexpr auto cameras_name = caf::atom("cameras");
inline constexpr auto zygote_name = caf::atom("zygote");

/// The actor behind a name; null while there is none.
inline caf::actor find_actor(caf::actor_system& system, caf::atom_value name) {
  return caf::actor_cast<caf::actor>(system.registry().get(name));
}

} // namespace camwall
