#pragma once

#include "core/wall_snapshot.hpp"

#include <prometheus/collectable.h>

#include <vector>

namespace camwall::metrics {

/// The cameras' metrics, rendered from the newest snapshot at scrape time.
class wall_collector : public prometheus::Collectable {
public:
  explicit wall_collector(const snapshot_cell& cell) : cell_(cell) {
    // nop
  }

  std::vector<prometheus::MetricFamily> Collect() const override;

private:
  const snapshot_cell& cell_;
};

} // namespace camwall::metrics
