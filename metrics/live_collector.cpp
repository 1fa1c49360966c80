#include "metrics/live_collector.hpp"

#include "metrics/families.hpp"

namespace camwall::metrics {

std::vector<prometheus::MetricFamily> live_collector::Collect() const {
  auto now = read ? read() : live_road{};
  families out;
  out.gauge("camwall_live_feeds", "What workers send for viewers, each once however many watch it.")
    .add({}, static_cast<double>(now.feeds));
  out.gauge("camwall_live_subscriptions", "Subscriptions to live feeds.")
    .add({}, static_cast<double>(now.subscriptions));
  out
    .gauge("camwall_live_kept_bytes",
           "Media since the last keyframes, kept for viewers that come later.")
    .add({}, static_cast<double>(now.kept_bytes));
  out.counter("camwall_live_chunks_total", "Pictures and pieces of sound that came from workers.")
    .add({}, static_cast<double>(now.chunks));
  out.counter("camwall_live_bytes_total", "Bytes of live media that came from workers.")
    .add({}, static_cast<double>(now.bytes));
  return std::move(out).take();
}

} // namespace camwall::metrics
