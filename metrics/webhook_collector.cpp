#include "metrics/webhook_collector.hpp"

#include "metrics/families.hpp"

namespace camwall::metrics {

std::vector<prometheus::MetricFamily> webhook_collector::Collect() const {
  auto all = read ? read() : std::vector<webhook_statistics>{};
  if (all.empty())
    return {};
  families out;
  auto& messages = out.counter("camwall_webhook_messages_total",
                               "Messages to a webhook's receiver, by what became of them.");
  auto& failed = out.counter("camwall_webhook_tries_failed_total",
                             "Tries to send a message to a webhook's receiver that failed.");
  auto& waiting = out.gauge("camwall_webhook_messages_waiting",
                            "1 while a message waits for a webhook's receiver.");
  for (const auto& x : all) {
    messages.add({{"webhook", x.name}, {"result", "sent"}}, static_cast<double>(x.sent))
      .add({{"webhook", x.name}, {"result", "rejected"}}, static_cast<double>(x.rejected))
      .add({{"webhook", x.name}, {"result", "dropped"}}, static_cast<double>(x.dropped));
    failed.add({{"webhook", x.name}}, static_cast<double>(x.tries_failed));
    waiting.add({{"webhook", x.name}}, static_cast<double>(x.waiting));
  }
  return std::move(out).take();
}

} // namespace camwall::metrics
