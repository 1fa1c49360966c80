#pragma once

#include "core/wall_snapshot.hpp"

#include <prometheus/collectable.h>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::metrics {

/// Pictures that walls presented, by camera: one series for each that the newest snapshot has. Any
/// thread.
class frames_collector : public prometheus::Collectable {
public:
  /// `cell` outlives this.
  explicit frames_collector(const snapshot_cell& cell) : cell_(cell) {
    // nop
  }

  /// A camera that the snapshot does not have is not counted.
  void add(std::string_view camera, std::uint64_t frames);

  std::vector<prometheus::MetricFamily> Collect() const override;

private:
  const snapshot_cell& cell_;
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> sums_; // Guarded by mutex_.
};

} // namespace camwall::metrics
