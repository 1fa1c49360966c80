#include "metrics/viewer_metrics.hpp"

#include "metrics/frames_collector.hpp"
#include "metrics/registry.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace camwall::metrics {

namespace {

/// Names that were known at some time of the server's life.
constexpr std::size_t walls_max = 256;

const prometheus::Histogram::BucketBoundaries latency_buckets{0.1, 0.25, 0.5, 1, 2, 5, 10, 30};

} // namespace

struct viewer_metrics::instruments {
  /// The series of one name.
  struct wall {
    std::array<prometheus::Gauge*, all_badges.size()> tiles{};
    prometheus::Gauge* behind = nullptr;
    prometheus::Counter* stalls = nullptr;
    std::array<prometheus::Counter*, all_ladder_steps.size()> steps{};
    prometheus::Histogram* latency = nullptr;
    prometheus::Gauge* silent = nullptr;
  };

  instruments(registry& x, const snapshot_cell& cameras)
    : tiles(prometheus::BuildGauge()
              .Name("camwall_viewer_tiles")
              .Help("Tiles on the walls that report, by what they say about their picture.")
              .Register(x.all)),
      behind(prometheus::BuildGauge()
               .Name("camwall_viewer_tiles_behind")
               .Help("Tiles that show no picture of now although their camera is up.")
               .Register(x.all)),
      stalls(prometheus::BuildCounter()
               .Name("camwall_viewer_stalls_total")
               .Help("How often a tile's picture stood still although its camera was live.")
               .Register(x.all)),
      steps(prometheus::BuildCounter()
              .Name("camwall_viewer_ladder_steps_total")
              .Help("What pages did about tiles whose picture stood still, by step.")
              .Register(x.all)),
      latency(prometheus::BuildHistogram()
                .Name("camwall_viewer_latency_seconds")
                .Help("From the arrival of a picture at the server to its age on a wall's screen, "
                      "once for every tile and report.")
                .Register(x.all)),
      silent(prometheus::BuildGauge()
               .Name("camwall_viewer_walls_silent")
               .Help("Open walls that had begun to report and do not any more.")
               .Register(x.all)),
      frames(cameras) {
    add("");
  }

  void add(const std::string& name) {
    prometheus::Labels labels{{"wall", name}};
    auto& x = walls[name];
    for (std::size_t i = 0; i < all_badges.size(); ++i)
      x.tiles[i] = &tiles.Add({{"wall", name}, {"badge", std::string{all_badges[i].second}}});
    x.behind = &behind.Add(labels);
    x.stalls = &stalls.Add(labels);
    for (std::size_t i = 0; i < all_ladder_steps.size(); ++i)
      x.steps[i] = &steps.Add({{"wall", name}, {"step", std::string{all_ladder_steps[i].second}}});
    x.latency = &latency.Add(labels, latency_buckets);
    x.silent = &silent.Add(labels);
  }

  /// Does `f` with the series of this name, if there are.
  template <class F>
  void with(std::string_view name, F f) {
    std::shared_lock guard{walls_mutex};
    if (auto found = walls.find(name); found != walls.end())
      f(found->second);
  }

  prometheus::Family<prometheus::Gauge>& tiles;
  prometheus::Family<prometheus::Gauge>& behind;
  prometheus::Family<prometheus::Counter>& stalls;
  prometheus::Family<prometheus::Counter>& steps;
  prometheus::Family<prometheus::Histogram>& latency;
  prometheus::Family<prometheus::Gauge>& silent;
  frames_collector frames;
  std::shared_mutex walls_mutex;
  std::map<std::string, wall, std::less<>> walls; // Guarded by walls_mutex.
};

viewer_metrics::viewer_metrics(registry& x, const snapshot_cell& cameras)
  : instruments_(std::make_shared<instruments>(x, cameras)) {
  // nop
}

void viewer_metrics::know_walls(const std::vector<std::string>& names) {
  std::unique_lock guard{instruments_->walls_mutex};
  for (const auto& name : names)
    if (instruments_->walls.size() <= walls_max && !instruments_->walls.contains(name))
      instruments_->add(name);
}

void viewer_metrics::tiles(std::string_view wall, tile_badge badge, int delta) {
  instruments_->with(
    wall, [&](const auto& x) { x.tiles[static_cast<std::size_t>(badge)]->Increment(delta); });
}

void viewer_metrics::tiles_behind(std::string_view wall, int delta) {
  instruments_->with(wall, [&](const auto& x) { x.behind->Increment(delta); });
}

void viewer_metrics::stalls(std::string_view wall, std::uint64_t stalls) {
  instruments_->with(wall,
                     [&](const auto& x) { x.stalls->Increment(static_cast<double>(stalls)); });
}

void viewer_metrics::ladder_steps(std::string_view wall, ladder_step step, std::uint64_t steps) {
  instruments_->with(wall, [&](const auto& x) {
    x.steps[static_cast<std::size_t>(step)]->Increment(static_cast<double>(steps));
  });
}

void viewer_metrics::latency(std::string_view wall, double seconds) {
  instruments_->with(wall, [&](const auto& x) { x.latency->Observe(seconds); });
}

void viewer_metrics::silent(std::string_view wall, int delta) {
  instruments_->with(wall, [&](const auto& x) { x.silent->Increment(delta); });
}

void viewer_metrics::frames_presented(std::string_view camera, std::uint64_t frames) {
  instruments_->frames.add(camera, frames);
}

const frames_collector& viewer_metrics::frames() const {
  return instruments_->frames;
}

} // namespace camwall::metrics
