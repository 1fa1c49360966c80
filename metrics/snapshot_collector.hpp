#pragma once

#include "core/snapshot_source.hpp"

#include <prometheus/collectable.h>

#include <functional>
#include <vector>

namespace camwall::metrics {

/// The metrics of the still pictures, read where they are counted at scrape time.
class snapshot_collector : public prometheus::Collectable {
public:
  std::function<snapshot_statistics()> read; ///< Empty: all is 0. Set before the first scrape.

  std::vector<prometheus::MetricFamily> Collect() const override;
};

} // namespace camwall::metrics
