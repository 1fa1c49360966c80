#include "metrics/adhoc_collector.hpp"

#include "metrics/families.hpp"

#include <array>
#include <string>

namespace camwall::metrics {

std::vector<prometheus::MetricFamily> adhoc_collector::Collect() const {
  auto now = read ? read() : adhoc_status{};
  std::array<std::size_t, all_phases.size()> phases{};
  for (const auto& x : now.cameras)
    ++phases[static_cast<std::size_t>(x.phase)];
  families out;
  auto& cameras = out.gauge("camwall_adhoc_cameras", "Cameras at addresses that clients named.");
  for (auto x : all_phases)
    cameras.add({{"state", std::string{to_string(x)}}},
                static_cast<double>(phases[static_cast<std::size_t>(x)]));
  out.gauge("camwall_adhoc_logins_held", "Refused logins that are not tried again for a while.")
    .add({}, static_cast<double>(now.logins_held));
  out.counter("camwall_adhoc_cameras_begun_total", "Cameras at addresses that clients named.")
    .add({}, static_cast<double>(now.begun));
  auto& refused = out.counter("camwall_adhoc_refused_total",
                              "Addresses that clients named and did not get, by what was against "
                              "it.");
  for (auto x : all_adhoc_refused)
    refused.add({{"reason", std::string{to_string(x)}}},
                static_cast<double>(now.refused[static_cast<std::size_t>(x)]));
  return std::move(out).take();
}

} // namespace camwall::metrics
