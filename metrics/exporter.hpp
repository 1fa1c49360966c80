#pragma once

#include "core/adhoc_status.hpp"
#include "core/snapshot_source.hpp"
#include "core/wall_snapshot.hpp"
#include "core/webhook_statistics.hpp"
#include "metrics/http_metrics.hpp"
#include "metrics/live_metrics.hpp"
#include "metrics/supervision_metrics.hpp"
#include "metrics/viewer_metrics.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace camwall::metrics {

/// Owns all instruments and renders them.
class exporter {
public:
  /// `wall` must outlive the exporter.
  exporter(const snapshot_cell& wall, const std::string& version);
  ~exporter();

  exporter(const exporter&) = delete;
  exporter& operator=(const exporter&) = delete;

  /// Everything in Prometheus' text format 0.0.4.
  std::string text() const;

  supervision_metrics& supervision();
  http_metrics& http();
  live_metrics& live();
  viewer_metrics& viewers();

  /// What must be free on the disk of the live output (`limits.disk_free_min_mb`). Any thread: a
  /// reload may change it.
  void disk_free_min(double bytes);

  /// The folders whose disks are watched, by the name that they have in the metrics. To be called
  /// before the first scrape, as the next two.
  void watch_disks(std::vector<std::pair<std::string, std::filesystem::path>> folders);

  /// How many messages wait, by actor; must not block.
  void read_mailboxes(std::function<std::vector<std::pair<std::string, std::size_t>>()> read);

  /// Where the figures of the data road are read at each scrape, from any thread; until then
  /// they are 0.
  void read_live_road(std::function<live_road()> read);

  /// The same for the still pictures.
  void read_snapshots(std::function<snapshot_statistics()> read);

  /// The same for the cameras that clients name.
  void read_adhoc(std::function<adhoc_status()> read);

  /// The same for the webhooks.
  void read_webhooks(std::function<std::vector<webhook_statistics>()> read);

  /// The configuration was read (at the start, and at each reload).
  void config_loaded(bool successful);

  /// `server.access: open` is in force: worth an alert of its own.
  void access_open(bool open);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace camwall::metrics
