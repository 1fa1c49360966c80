#include "config/keys.hpp"

#include <array>

namespace camwall::config {

namespace {

constexpr auto table = std::to_array<known_key>({
  {"server.listen", "127.0.0.1:8080"},
  {"server.hosts", "[]"},
  {"server.access", "loopback"},
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
  {"deadlines.open", "10s"},
  {"deadlines.access_unit", "2s"},
  {"deadlines.linger", "30s"},
  {"limits.cameras_max", "256"},
  {"limits.connections_max", "4096"},
  {"limits.connections_per_address_max", "512"},
  {"limits.connecting_max", "4"},
  {"limits.connecting_per_host_max", "2"},
  {"limits.stderr_lines_max", "50"},
  {"limits.events_max", "100"},
  {"limits.worker_memory_mb", "512"},
  {"limits.disk_free_min_mb", "32"},
  {"log.level", "info"},
  {"log.format", "text"},
  {"state_dir", "state"},
  {"sandbox", "required"},
  {"test_only.time_scale", "1"},
  {"cameras[].id", ""},
  {"cameras[].label", ""},
  {"cameras[].group", ""},
  {"cameras[].url", ""},
  {"cameras[].sub_url", ""},
  {"cameras[].username", ""},
  {"cameras[].password", ""},
  {"cameras[].transport", ""},
  {"cameras[].audio", ""},
  {"cameras[].enabled", ""},
  {"cameras[].start", ""},
  {"cameras[].quirks", ""},
});

/// `server` of `server.listen`, `cameras` of `cameras[].id`, empty for `state_dir`.
std::string_view section_of(std::string_view path) {
  auto dot = path.find('.');
  return dot == std::string_view::npos ? std::string_view{} : path.substr(0, dot);
}

} // namespace

std::span<const known_key> known_keys() {
  return table;
}

std::vector<std::string_view> keys_of(std::string_view section) {
  std::vector<std::string_view> out;
  for (const auto& key : table) {
    auto owner = section_of(key.path);
    auto word = key.path.substr(owner.empty() ? 0 : owner.size() + 1);
    if (section.empty() && !owner.empty())
      word = owner.substr(0, owner.find('['));
    else if (section != owner)
      continue;
    if (out.empty() || out.back() != word)
      out.push_back(word);
  }
  return out;
}

std::string_view section_with(std::string_view key) {
  for (const auto& known : table) {
    auto owner = section_of(known.path);
    if (!owner.empty() && known.path.substr(owner.size() + 1) == key)
      return owner;
  }
  return {};
}

} // namespace camwall::config
