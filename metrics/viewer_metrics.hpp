#pragma once

#include "core/ladder_step.hpp"
#include "core/tile_badge.hpp"
#include "core/wall_snapshot.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::metrics {

class frames_collector;
struct registry;

/// What walls report of themselves. Any thread. `wall` is a known name, or empty; another one is
/// not counted.
class viewer_metrics {
public:
  /// `cameras` outlives this.
  viewer_metrics(registry& x, const snapshot_cell& cameras);

  /// The names that walls may have, besides those of earlier calls.
  void know_walls(const std::vector<std::string>& names);

  void tiles(std::string_view wall, tile_badge badge, int delta);
  void tiles_behind(std::string_view wall, int delta);
  void stalls(std::string_view wall, std::uint64_t stalls);
  void ladder_steps(std::string_view wall, ladder_step step, std::uint64_t steps);
  void latency(std::string_view wall, double seconds);
  void silent(std::string_view wall, int delta);

  /// A camera that there is not is not counted.
  void frames_presented(std::string_view camera, std::uint64_t frames);
  const frames_collector& frames() const;

private:
  struct instruments;
  std::shared_ptr<instruments> instruments_;
};

} // namespace camwall::metrics
