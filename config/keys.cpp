#include "config/keys.hpp"

#include <array>

namespace camwall::config {

namespace {

constexpr auto table = std::to_array<known_key>({
  {"server.listen", "127.0.0.1:8080"},
  {"server.hosts", "[]"},
  {"server.walls", "[]"},
  {"server.access", ""},
  {"server.plain_http", "refused"},
  {"server.basic_auth", "false"},
  {"server.metrics_access", "users"},
  {"server.health_access", "public"},
  {"server.trusted_proxies", "[]"},
  {"server.cors_origins", "[]"},
  {"server.frame_ancestors", "[]"},
  {"hls.directory", "hls_out"},
  {"hls.container", "fmp4"},
  {"hls.segment_seconds", "1"},
  {"hls.window", "6"},
  {"hls.grace", "4"},
  {"defaults.transport", "tcp"},
  {"defaults.audio", "true"},
  {"defaults.enabled", "true"},
  {"defaults.start", "always"},
  {"defaults.username", ""},
  {"defaults.password", ""},
  {"defaults.quirks", "[]"},
  {"defaults.group", ""},
  {"defaults.picture.check", "true"},
  {"defaults.picture.interval", "2s"},
  {"defaults.picture.frozen_after", "30s"},
  {"defaults.picture.black_after", "10s"},
  {"defaults.picture.black_luma", "8"},
  {"defaults.picture.uniform_after", "10s"},
  {"defaults.picture.uniform_spread", "4"},
  {"defaults.picture.undecodable_after", "3"},
  {"defaults.picture.ignore", "[]"},
  {"deadlines.open", "10s"},
  {"deadlines.access_unit", "2s"},
  {"deadlines.linger", "30s"},
  {"limits.cameras_max", "256"},
  {"limits.streams_max", "2048"},
  {"limits.connections_max", "4096"},
  {"limits.connections_per_address_max", "512"},
  {"limits.connecting_max", "4"},
  {"limits.connecting_per_host_max", "2"},
  {"limits.stderr_lines_max", "50"},
  {"limits.events_max", "100"},
  {"limits.worker_memory_mb", "512"},
  {"limits.disk_free_min_mb", "32"},
  {"limits.subscriptions_max", "16384"},
  {"limits.viewer_queue_mb", "4"},
  {"limits.requests_per_second", "500"},
  {"limits.probes_max", "2"},
  {"snapshots.ttl", "2s"},
  {"snapshots.cache_mb", "32"},
  {"log.level", "info"},
  {"log.format", "text"},
  {"reload.watch", "true"},
  {"reload.settle", "500ms"},
  {"adhoc.enabled", "false"},
  {"adhoc.allow", "[]"},
  {"adhoc.cameras_max", "8"},
  {"adhoc.role", "viewer"},
  {"compat[].profile", ""},
  {"compat[].listen", ""},
  {"compat[].role", ""},
  {"compat[].allow", ""},
  {"compat[].grid", ""},
  {"cameras_dir", "cameras.d"},
  {"secrets_file", ""},
  {"users[].name", ""},
  {"users[].password_hash", ""},
  {"users[].role", ""},
  {"users[].cameras", ""},
  {"users[].groups", ""},
  {"users[].tokens[].name", ""},
  {"users[].tokens[].hash", ""},
  {"users[].tokens[].expires", ""},
  {"views[].name", ""},
  {"views[].title", ""},
  {"views[].layout", ""},
  {"views[].fit", ""},
  {"views[].cameras", ""},
  {"views[].groups", ""},
  {"views[].spans", ""},
  {"views[].dwell", ""},
  {"state_dir", "state"},
  {"sandbox", "required"},
  {"test_only.time_scale", "1"},
  {"cameras[].id", ""},
  {"cameras[].label", ""},
  {"cameras[].group", ""},
  {"cameras[].url", ""},
  {"cameras[].sub_url", ""},
  {"cameras[].template", ""},
  {"cameras[].host", ""},
  {"cameras[].port", "", value_kind::number},
  {"cameras[].channel", "", value_kind::number},
  {"cameras[].channels", ""},
  {"cameras[].username", ""},
  {"cameras[].password", ""},
  {"cameras[].transport", ""},
  {"cameras[].audio", "", value_kind::truth},
  {"cameras[].enabled", "", value_kind::truth},
  {"cameras[].start", ""},
  {"cameras[].quirks", "", value_kind::list},
  {"cameras[].picture.check", "", value_kind::truth},
  {"cameras[].picture.interval", "", value_kind::duration},
  {"cameras[].picture.frozen_after", "", value_kind::duration},
  {"cameras[].picture.black_after", "", value_kind::duration},
  {"cameras[].picture.black_luma", "", value_kind::number},
  {"cameras[].picture.uniform_after", "", value_kind::duration},
  {"cameras[].picture.uniform_spread", "", value_kind::number},
  {"cameras[].picture.undecodable_after", "", value_kind::number},
  {"cameras[].picture.ignore", "", value_kind::list},
  // After the cameras, so that a misplaced `url` is taken for theirs.
  {"webhooks[].name", ""},
  {"webhooks[].url", ""},
  {"webhooks[].secret", ""},
  {"webhooks[].ca_file", ""},
  {"webhooks[].events", ""},
  {"webhooks[].groups", ""},
  {"webhooks[].after", ""},
  {"webhooks[].resolved", ""},
});

/// `server` of `server.listen`, `cameras[]` of `cameras[].id`, empty for `state_dir`.
std::string_view section_of(std::string_view path) {
  auto dot = path.rfind('.');
  return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

/// What of `path` stands directly below `section`; empty when it lies elsewhere.
std::string_view word_below(std::string_view section, std::string_view path) {
  if (!section.empty()) {
    if (!path.starts_with(section) || !path.substr(section.size()).starts_with('.'))
      return {};
    path.remove_prefix(section.size() + 1);
  }
  return path.substr(0, path.find_first_of(".["));
}

} // namespace

std::span<const known_key> known_keys() {
  return table;
}

std::vector<std::string_view> keys_of(std::string_view section) {
  if (section == drop_in_section)
    return {"cameras", "camera"};
  std::vector<std::string_view> out;
  for (const auto& key : table) {
    auto word = word_below(section, key.path);
    if (!word.empty() && (out.empty() || out.back() != word))
      out.push_back(word);
  }
  return out;
}

std::string_view section_with(std::string_view key) {
  // Too common as words: `port` below `server` is not meant for a camera.
  if (key == "host" || key == "port")
    return {};
  for (const auto& known : table) {
    auto owner = section_of(known.path);
    if (!owner.empty() && known.path.substr(owner.size() + 1) == key)
      return owner;
  }
  return {};
}

} // namespace camwall::config
