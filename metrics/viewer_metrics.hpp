#pragma once

#include "core/tile_badge.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::metrics {

struct registry;

/// What walls report of themselves. Any thread. `wall` is a known name, or empty; another one is
/// not counted.
class viewer_metrics {
public:
  explicit viewer_metrics(registry& x);

  /// The names that walls may have, besides those of earlier calls.
  void know_walls(const std::vector<std::string>& names);

  void tiles(std::string_view wall, tile_badge badge, int delta);
  void tiles_behind(std::string_view wall, int delta);
  void stalls(std::string_view wall, std::uint64_t stalls);
  void latency(std::string_view wall, double seconds);
  void silent(std::string_view wall, int delta);

private:
  struct instruments;
  std::shared_ptr<instruments> instruments_;
};

} // namespace camwall::metrics
