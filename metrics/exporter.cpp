#include "metrics/exporter.hpp"

#include "metrics/adhoc_collector.hpp"
#include "metrics/frames_collector.hpp"
#include "metrics/live_collector.hpp"
#include "metrics/process_collector.hpp"
#include "metrics/registry.hpp"
#include "metrics/server_collector.hpp"
#include "metrics/snapshot_collector.hpp"
#include "metrics/text_format.hpp"
#include "metrics/wall_collector.hpp"
#include "metrics/webhook_collector.hpp"

#include <prometheus/gauge.h>

#include <chrono>
#include <utility>

namespace camwall::metrics {

namespace {

prometheus::Gauge& gauge(registry& x, const char* name, const char* help,
                         const prometheus::Labels& labels = {}) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(x.all).Add(labels);
}

} // namespace

struct exporter::impl {
  impl(const snapshot_cell& cell, const std::string& version)
    : wall(cell),
      supervision(all),
      http(all),
      live(all),
      viewers(all, cell),
      reload_successful(gauge(all, "camwall_config_last_reload_successful",
                              "1 when the configuration that was read last is in force.")),
      reload_timestamp(gauge(all, "camwall_config_last_reload_timestamp_seconds",
                             "Unix time at which a configuration was last taken into force.")),
      access_open(gauge(all, "camwall_access_open",
                        "1 when anybody who reaches the address may look (server.access: open).")) {
    gauge(all, "camwall_build_info", "Always 1; the label names the version.",
          {{"version", version}})
      .Set(1);
  }

  registry all;
  wall_collector wall;
  process_collector process;
  live_collector road;
  server_collector server;
  snapshot_collector stills;
  adhoc_collector adhoc;
  webhook_collector webhooks;
  supervision_metrics supervision;
  http_metrics http;
  live_metrics live;
  viewer_metrics viewers;
  prometheus::Gauge& reload_successful;
  prometheus::Gauge& reload_timestamp;
  prometheus::Gauge& access_open;
};

exporter::exporter(const snapshot_cell& wall, const std::string& version)
  : impl_(std::make_unique<impl>(wall, version)) {
  // nop
}

exporter::~exporter() = default;

std::string exporter::text() const {
  auto families = impl_->all.all.Collect();
  for (const prometheus::Collectable* x :
       {static_cast<const prometheus::Collectable*>(&impl_->wall),
        static_cast<const prometheus::Collectable*>(&impl_->road),
        static_cast<const prometheus::Collectable*>(&impl_->server),
        static_cast<const prometheus::Collectable*>(&impl_->stills),
        static_cast<const prometheus::Collectable*>(&impl_->adhoc),
        static_cast<const prometheus::Collectable*>(&impl_->webhooks),
        static_cast<const prometheus::Collectable*>(&impl_->viewers.frames()),
        static_cast<const prometheus::Collectable*>(&impl_->process)})
    for (auto& family : x->Collect())
      families.push_back(std::move(family));
  return text_of(families);
}

supervision_metrics& exporter::supervision() {
  return impl_->supervision;
}

http_metrics& exporter::http() {
  return impl_->http;
}

live_metrics& exporter::live() {
  return impl_->live;
}

viewer_metrics& exporter::viewers() {
  return impl_->viewers;
}

void exporter::disk_free_min(double bytes) {
  impl_->server.disk_free_min_bytes = bytes;
}

void exporter::watch_disks(std::vector<std::pair<std::string, std::filesystem::path>> folders) {
  impl_->server.folders = std::move(folders);
}

void exporter::read_mailboxes(
  std::function<std::vector<std::pair<std::string, std::size_t>>()> read) {
  impl_->server.mailboxes = std::move(read);
}

void exporter::read_live_road(std::function<live_road()> read) {
  impl_->road.read = std::move(read);
}

void exporter::read_snapshots(std::function<snapshot_statistics()> read) {
  impl_->stills.read = std::move(read);
}

void exporter::read_adhoc(std::function<adhoc_status()> read) {
  impl_->adhoc.read = std::move(read);
}

void exporter::read_webhooks(std::function<std::vector<webhook_statistics>()> read) {
  impl_->webhooks.read = std::move(read);
}

void exporter::config_loaded(bool successful) {
  impl_->reload_successful.Set(successful ? 1 : 0);
  if (successful)
    impl_->reload_timestamp.Set(unix_seconds(std::chrono::system_clock::now()));
}

void exporter::access_open(bool open) {
  impl_->access_open.Set(open ? 1 : 0);
}

} // namespace camwall::metrics
