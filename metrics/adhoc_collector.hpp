#pragma once

#include "core/adhoc_status.hpp"

#include <prometheus/collectable.h>

#include <functional>
#include <vector>

namespace camwall::metrics {

/// The metrics of cameras at addresses that clients name: all of them together, as their number in
/// the long run has no bound.
class adhoc_collector : public prometheus::Collectable {
public:
  std::function<adhoc_status()> read; ///< Empty: all is 0. Set before the first scrape.

  std::vector<prometheus::MetricFamily> Collect() const override;
};

} // namespace camwall::metrics
