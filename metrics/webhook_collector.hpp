#pragma once

#include "core/webhook_statistics.hpp"

#include <prometheus/collectable.h>

#include <functional>
#include <vector>

namespace camwall::metrics {

/// The metrics of the webhooks, by the names that the configuration gives them.
class webhook_collector : public prometheus::Collectable {
public:
  /// Empty: there are none. Set before the first scrape.
  std::function<std::vector<webhook_statistics>()> read;

  std::vector<prometheus::MetricFamily> Collect() const override;
};

} // namespace camwall::metrics
