#include "metrics/snapshot_collector.hpp"

#include "metrics/families.hpp"

namespace camwall::metrics {

std::vector<prometheus::MetricFamily> snapshot_collector::Collect() const {
  auto now = read ? read() : snapshot_statistics{};
  families out;
  auto& answers = out.counter(
    "camwall_snapshot_answers_total",
    "Still pictures that were asked for: from the cache, together with others that waited for the "
    "same one, a camera's last one, or none.");
  answers.add({{"result", "hit"}}, static_cast<double>(now.hits));
  answers.add({{"result", "joined"}}, static_cast<double>(now.joined));
  answers.add({{"result", "last"}}, static_cast<double>(now.last));
  answers.add({{"result", "failed"}}, static_cast<double>(now.failed));
  out
    .counter("camwall_snapshots_made_total",
             "Still pictures that workers decoded, the cameras' last ones included.")
    .add({}, static_cast<double>(now.made));
  out.gauge("camwall_snapshot_cache_bytes", "Still pictures that are kept for who asks next.")
    .add({}, static_cast<double>(now.bytes));
  out.gauge("camwall_snapshot_last_pictures", "Cameras whose last picture is kept.")
    .add({}, static_cast<double>(now.last_pictures));
  return std::move(out).take();
}

} // namespace camwall::metrics
