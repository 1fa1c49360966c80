#pragma once

#include <prometheus/collectable.h>

#include <vector>

namespace camwall::metrics {

/// The standard `process_*` metrics of this process, read from /proc/self at scrape time.
class process_collector : public prometheus::Collectable {
public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

} // namespace camwall::metrics
