#pragma once

#include <prometheus/collectable.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace camwall::metrics {

/// What the server needs to go on: room on its disks, actors that keep up. Read at scrape time.
class server_collector : public prometheus::Collectable {
public:
  /// Called `hls`, `state`; with the folder. Set before the first scrape, as the others.
  std::vector<std::pair<std::string, std::filesystem::path>> folders;

  /// Below it cameras stop (`limits.disk_free_min_mb`); may change at any time.
  std::atomic<double> disk_free_min_bytes = 0;

  /// Messages that wait, by actor. Must not block.
  std::function<std::vector<std::pair<std::string, std::size_t>>()> mailboxes;

  std::vector<prometheus::MetricFamily> Collect() const override;
};

} // namespace camwall::metrics
