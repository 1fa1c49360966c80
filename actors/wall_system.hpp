#pragma once

#include "config/schema.hpp"
#include "core/camera_order.hpp"
#include "core/wall_snapshot.hpp"
#include "media/worker_launcher.hpp"
#include "metrics/supervision_metrics.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace camwall {

/// The supervision tree as the rest of the server sees it. All functions may be called from any
/// thread and do not block, unless they say so.
class wall_system {
public:
  struct parts {
    std::shared_ptr<const config::wall> config;
    media::worker_launcher* launcher = nullptr;
    snapshot_cell* snapshots = nullptr; ///< The configured cameras.

    /// The same and those whose addresses clients named. May be null.
    snapshot_cell* with_adhoc = nullptr;
    metrics::supervision_metrics* metrics = nullptr;
    std::function<void()> start_zygote;
    std::function<void()> on_end; ///< The tree ended by itself: the program cannot go on.

    /// A camera that was removed or changed has ended, its workers included. Called from a thread
    /// of the tree; must not block. May be empty.
    std::function<void(const std::string& id)> on_camera_ended;
  };

  /// Starts the tree. What `parts` points to must outlive this object.
  explicit wall_system(parts x);

  /// Ends the tree if `stop` has not; blocks.
  ~wall_system();

  wall_system(const wall_system&) = delete;
  wall_system& operator=(const wall_system&) = delete;

  /// A viewer asked for a stream; unknown names are ignored.
  void demand(std::string_view camera, std::string_view stream);

  /// An operator's order; an unknown camera is ignored. The outcome shows in the snapshot.
  void order(std::string_view camera, camera_order what);

  /// From now on the wall is this one: cameras are started, ended, replaced or shown otherwise as
  /// `config::compare` tells; the others do not notice. `newer` must be a `config::merge`.
  void take(std::shared_ptr<const config::wall> newer);

  /// Hands the token to the actors on which all others depend; it is gone when each has had its
  /// turn.
  void check(const std::shared_ptr<const void>& token);

  using depths = std::vector<std::pair<std::string, std::size_t>>;

  /// How many messages waited for each of these actors when it last looked: asks them to look
  /// again, so that calls at an interval give a picture that is one interval old.
  depths mailbox_depths();

  /// The worker factory ended.
  void zygote_ended(std::string why);

  /// Tells all actors to end and waits for them. Blocks, at most a few seconds.
  void stop();

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace camwall
