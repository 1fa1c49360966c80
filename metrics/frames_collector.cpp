#include "metrics/frames_collector.hpp"

#include "metrics/families.hpp"

namespace camwall::metrics {

void frames_collector::add(std::string_view camera, std::uint64_t frames) {
  std::lock_guard guard{mutex_};
  if (auto found = sums_.find(camera); found != sums_.end()) {
    found->second += frames;
    return;
  }
  // Cameras come and go for years: there are never more sums than cameras now.
  auto wall = cell_.load();
  std::erase_if(sums_, [&](const auto& x) { return wall->find(x.first) == nullptr; });
  if (wall->find(camera) != nullptr)
    sums_.emplace(camera, frames);
}

std::vector<prometheus::MetricFamily> frames_collector::Collect() const {
  auto wall = cell_.load();
  families out;
  auto& frames =
    out.counter("camwall_viewer_frames_presented_total",
                "Pictures of the camera that the walls which report have presented, all together.");
  std::lock_guard guard{mutex_};
  for (const auto& x : wall->cameras) {
    auto found = sums_.find(x.id);
    frames.add({{"camera", x.id}}, found == sums_.end() ? 0 : static_cast<double>(found->second));
  }
  return std::move(out).take();
}

} // namespace camwall::metrics
