#include "cli/options.hpp"

#include "config/templates.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace camwall::cli {

namespace {

/// A stream that is watched is asked for several times within its linger.
std::chrono::milliseconds demand_interval_of(const config::deadlines& x) {
  constexpr std::chrono::milliseconds least{250};
  constexpr std::chrono::milliseconds most{2000};
  constexpr int times = 8;
  return std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(x.linger) / times, least,
                    most);
}

} // namespace

metrics::live_road road_of(const media::live_counts& x) {
  return {.feeds = x.feeds,
          .subscriptions = x.subscriptions,
          .kept_bytes = x.kept_bytes,
          .chunks = x.chunks,
          .bytes = x.bytes};
}

http::live_limits live_limits_of(const config::wall& x, const name_list& walls) {
  return {.subscriptions_max = x.limits.subscriptions_max,
          .viewer_queue_bytes_max = std::size_t{x.limits.viewer_queue_mb} * 1024 * 1024,
          .demand_interval = demand_interval_of(x.deadlines),
          .walls = walls};
}

http::listen_options listen_options_of(const config::wall& x, const name_list& hosts) {
  // A wall that shows itself, or hides, subscribes or unsubscribes all its channels at once.
  constexpr std::size_t messages_per_channel = 2;
  return {.address = x.server.address,
          .port = x.server.port,
          .hosts = hosts,
          .open_access = x.server.access == config::access_mode::open,
          .reactors = std::max<std::size_t>(1, std::thread::hardware_concurrency()),
          .connections_max = x.limits.connections_max,
          .connections_per_address_max = x.limits.connections_per_address_max,
          .websockets = {.messages_per_second_max =
                           messages_per_channel * http::live_limits{}.channels_max}};
}

std::vector<std::pair<std::string, std::uint64_t>> limits_of(const config::limits& x) {
  return {{"limits.cameras_max", x.cameras_max},
          {"limits.streams_max", x.streams_max},
          {"limits.connections_max", x.connections_max},
          {"limits.connections_per_address_max", x.connections_per_address_max},
          {"limits.connecting_max", x.connecting_max},
          {"limits.connecting_per_host_max", x.connecting_per_host_max},
          {"limits.subscriptions_max", x.subscriptions_max},
          {"limits.viewer_queue_mb", x.viewer_queue_mb},
          {"limits.worker_memory_mb", x.worker_memory_mb},
          {"limits.disk_free_min_mb", x.disk_free_min_mb},
          {"limits.events_max", x.events_max}};
}

std::string templates_as_json() {
  auto list = nlohmann::ordered_json::array();
  for (const auto& x : config::camera_templates())
    list.push_back({{"name", x.name},
                    {"title", x.title},
                    {"main", config::pattern_for_display(x.main)},
                    {"sub", config::pattern_for_display(x.sub)},
                    {"channels_max", x.channels_max},
                    {"hint", x.hint}});
  return nlohmann::ordered_json{{"templates", std::move(list)}}.dump() + "\n";
}

} // namespace camwall::cli
