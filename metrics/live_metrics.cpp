#include "metrics/live_metrics.hpp"

#include "metrics/registry.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>

#include <array>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace camwall::metrics {

namespace {

constexpr std::array all_formats{media_format::fmp4, media_format::mpegts, media_format::jpeg,
                                 media_format::mpeg1};
constexpr std::array drop_reasons{"join", "behind", "late", "loop", "worker"};

} // namespace

struct live_metrics::instruments {
  explicit instruments(registry& x)
    : walls_family(prometheus::BuildGauge()
                     .Name("camwall_ws_walls")
                     .Help("Open walls by the name that they gave themselves.")
                     .Register(x.all)) {
    auto& viewers_family = prometheus::BuildGauge()
                             .Name("camwall_ws_viewers")
                             .Help("Streams that are being watched over WebSocket.")
                             .Register(x.all);
    for (auto format : all_formats)
      viewers[format] = &viewers_family.Add({{"format", std::string{to_string(format)}}});
    auto& dropped_family =
      prometheus::BuildCounter()
        .Name("camwall_ws_dropped_frames_total")
        .Help("Pictures and pieces of sound that a viewer over WebSocket did not get.")
        .Register(x.all);
    for (const auto* reason : drop_reasons)
      dropped[reason] = &dropped_family.Add({{"reason", reason}});
    walls[""] = &walls_family.Add({{"wall", ""}});
  }

  // Complete before the first viewer comes, but for the walls; only the figures change then.
  std::map<media_format, prometheus::Gauge*> viewers;
  std::map<std::string, prometheus::Counter*, std::less<>> dropped;
  prometheus::Family<prometheus::Gauge>& walls_family;
  std::shared_mutex walls_mutex;
  std::map<std::string, prometheus::Gauge*, std::less<>> walls; // Guarded by walls_mutex.
};

live_metrics::live_metrics(registry& x) : instruments_(std::make_shared<instruments>(x)) {
  // nop
}

void live_metrics::know_walls(const std::vector<std::string>& names) {
  std::unique_lock guard{instruments_->walls_mutex};
  auto& walls = instruments_->walls;
  for (const auto& name : names)
    if (walls.size() <= walls_max && !walls.contains(name))
      walls[name] = &instruments_->walls_family.Add({{"wall", name}});
}

void live_metrics::viewers(media_format format, int delta) {
  instruments_->viewers.at(format)->Increment(delta);
}

void live_metrics::chunks_dropped(std::string_view reason, std::size_t chunks) {
  if (auto found = instruments_->dropped.find(reason); found != instruments_->dropped.end())
    found->second->Increment(static_cast<double>(chunks));
}

void live_metrics::wall(std::string_view name, int delta) {
  std::shared_lock guard{instruments_->walls_mutex};
  if (auto found = instruments_->walls.find(name); found != instruments_->walls.end())
    found->second->Increment(delta);
}

} // namespace camwall::metrics
