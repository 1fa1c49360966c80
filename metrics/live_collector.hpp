#pragma once

#include "metrics/live_metrics.hpp"

#include <prometheus/collectable.h>

#include <functional>
#include <vector>

namespace camwall::metrics {

/// The metrics of the data road, read where they are counted at scrape time.
class live_collector : public prometheus::Collectable {
public:
  std::function<live_road()> read; ///< Empty: all is 0. Set before the first scrape.

  std::vector<prometheus::MetricFamily> Collect() const override;
};

} // namespace camwall::metrics
