#include "config/difference.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace camwall::config {

namespace {

/// One setting of the wall, or of a camera.
template <class Owner>
struct rule {
  std::string_view key;
  effect what;
  bool (*same)(const Owner&, const Owner&);
  void (*keep)(Owner& into, const Owner& old);
};

/// The member to which the path of member pointers leads.
template <auto... Path>
decltype(auto) member(auto& x) {
  return (x.*....*Path);
}

template <class Owner, auto... Path>
constexpr rule<Owner> setting(std::string_view key, effect what) {
  return {key, what,
          [](const Owner& a, const Owner& b) { return member<Path...>(a) == member<Path...>(b); },
          [](Owner& into, const Owner& old) { member<Path...>(into) = member<Path...>(old); }};
}

template <auto... Path>
constexpr auto of_wall = setting<wall, Path...>;

template <auto... Path>
constexpr auto of_camera = setting<camera, Path...>;

// What the server's threads, sockets and folders were built with waits for the next start.
constexpr auto wall_rules = std::to_array<rule<wall>>({
  of_wall<&wall::server, &server::address>("server.listen", effect::next_start),
  of_wall<&wall::server, &server::port>("server.listen", effect::next_start),
  of_wall<&wall::server, &server::hosts>("server.hosts", effect::at_once),
  of_wall<&wall::server, &server::walls>("server.walls", effect::at_once),
  of_wall<&wall::server, &server::access>("server.access", effect::next_start),
  of_wall<&wall::server, &server::plain_http>("server.plain_http", effect::at_once),
  of_wall<&wall::server, &server::basic_auth>("server.basic_auth", effect::at_once),
  of_wall<&wall::server, &server::metrics_access>("server.metrics_access", effect::at_once),
  of_wall<&wall::server, &server::health_access>("server.health_access", effect::at_once),
  of_wall<&wall::server, &server::trusted_proxies>("server.trusted_proxies", effect::at_once),
  of_wall<&wall::server, &server::cors_origins>("server.cors_origins", effect::at_once),
  of_wall<&wall::server, &server::frame_ancestors>("server.frame_ancestors", effect::at_once),
  of_wall<&wall::hls, &hls::directory>("hls.directory", effect::next_start),
  of_wall<&wall::hls, &hls::container>("hls.container", effect::restart_all),
  of_wall<&wall::hls, &hls::segment>("hls.segment_seconds", effect::next_start),
  of_wall<&wall::hls, &hls::window>("hls.window", effect::restart_all),
  of_wall<&wall::hls, &hls::grace>("hls.grace", effect::restart_all),
  of_wall<&wall::deadlines, &deadlines::open>("deadlines.open", effect::restart_all),
  of_wall<&wall::deadlines, &deadlines::access_unit>("deadlines.access_unit", effect::restart_all),
  of_wall<&wall::deadlines, &deadlines::linger>("deadlines.linger", effect::next_start),
  of_wall<&wall::limits, &limits::cameras_max>("limits.cameras_max", effect::at_once),
  of_wall<&wall::limits, &limits::connections_max>("limits.connections_max", effect::next_start),
  of_wall<&wall::limits, &limits::connections_per_address_max>("limits.connections_per_address_max",
                                                               effect::next_start),
  of_wall<&wall::limits, &limits::connecting_max>("limits.connecting_max", effect::at_once),
  of_wall<&wall::limits, &limits::connecting_per_host_max>("limits.connecting_per_host_max",
                                                           effect::at_once),
  of_wall<&wall::limits, &limits::stderr_lines_max>("limits.stderr_lines_max", effect::next_start),
  of_wall<&wall::limits, &limits::events_max>("limits.events_max", effect::at_once),
  of_wall<&wall::limits, &limits::worker_memory_mb>("limits.worker_memory_mb", effect::restart_all),
  of_wall<&wall::limits, &limits::disk_free_min_mb>("limits.disk_free_min_mb", effect::restart_all),
  of_wall<&wall::limits, &limits::subscriptions_max>("limits.subscriptions_max",
                                                     effect::next_start),
  of_wall<&wall::limits, &limits::viewer_queue_mb>("limits.viewer_queue_mb", effect::next_start),
  of_wall<&wall::limits, &limits::streams_max>("limits.streams_max", effect::at_once),
  of_wall<&wall::limits, &limits::requests_per_second>("limits.requests_per_second",
                                                       effect::at_once),
  of_wall<&wall::limits, &limits::probes_max>("limits.probes_max", effect::next_start),
  of_wall<&wall::snapshots, &snapshots::ttl>("snapshots.ttl", effect::next_start),
  of_wall<&wall::snapshots, &snapshots::cache_mb>("snapshots.cache_mb", effect::next_start),
  of_wall<&wall::log, &logging::level>("log.level", effect::at_once),
  of_wall<&wall::log, &logging::format>("log.format", effect::next_start),
  of_wall<&wall::reload, &reload::watch>("reload.watch", effect::at_once),
  of_wall<&wall::reload, &reload::settle>("reload.settle", effect::at_once),
  of_wall<&wall::adhoc, &adhoc::enabled>("adhoc.enabled", effect::at_once),
  of_wall<&wall::adhoc, &adhoc::allow>("adhoc.allow", effect::at_once),
  of_wall<&wall::adhoc, &adhoc::cameras_max>("adhoc.cameras_max", effect::at_once),
  of_wall<&wall::adhoc, &adhoc::role>("adhoc.role", effect::at_once),
  of_wall<&wall::compat>("compat[]", effect::next_start),
  of_wall<&wall::users>("users[]", effect::at_once),
  of_wall<&wall::views>("views[]", effect::at_once),
  of_wall<&wall::webhooks>("webhooks[]", effect::at_once),
  of_wall<&wall::cameras_dir>("cameras_dir", effect::at_once),
  of_wall<&wall::state_dir>("state_dir", effect::next_start),
  of_wall<&wall::sandbox>("sandbox", effect::restart_all),
  of_wall<&wall::time_scale>("test_only.time_scale", effect::restart_all),
});

constexpr auto camera_rules = std::to_array<rule<camera>>({
  of_camera<&camera::label>("label", effect::shown),
  of_camera<&camera::group>("group", effect::shown),
  of_camera<&camera::url>("url", effect::restart_camera),
  of_camera<&camera::sub_url>("sub_url", effect::restart_camera),
  // What the addresses are made of.
  of_camera<&camera::url>("template", effect::restart_camera),
  of_camera<&camera::url>("host", effect::restart_camera),
  of_camera<&camera::url>("port", effect::restart_camera),
  of_camera<&camera::url>("channel", effect::restart_camera),
  of_camera<&camera::url>("channels", effect::restart_camera),
  of_camera<&camera::url>("username", effect::restart_camera),
  of_camera<&camera::url>("password", effect::restart_camera),
  of_camera<&camera::transport>("transport", effect::restart_camera),
  of_camera<&camera::audio>("audio", effect::restart_camera),
  of_camera<&camera::enabled>("enabled", effect::restart_camera),
  of_camera<&camera::start>("start", effect::restart_camera),
  of_camera<&camera::quirks>("quirks", effect::restart_camera),
  of_camera<&camera::picture, &picture::check>("picture.check", effect::restart_camera),
  of_camera<&camera::picture, &picture::interval>("picture.interval", effect::restart_camera),
  of_camera<&camera::picture, &picture::frozen_after>("picture.frozen_after",
                                                      effect::restart_camera),
  of_camera<&camera::picture, &picture::black_after>("picture.black_after", effect::restart_camera),
  of_camera<&camera::picture, &picture::black_luma>("picture.black_luma", effect::restart_camera),
  of_camera<&camera::picture, &picture::uniform_after>("picture.uniform_after",
                                                       effect::restart_camera),
  of_camera<&camera::picture, &picture::uniform_spread>("picture.uniform_spread",
                                                        effect::restart_camera),
  of_camera<&camera::picture, &picture::undecodable_after>("picture.undecodable_after",
                                                           effect::restart_camera),
  of_camera<&camera::picture, &picture::ignore>("picture.ignore", effect::restart_camera),
});

/// What it leads to is part of other settings, and is read anew each time.
constexpr std::string_view secrets_key = "secrets_file";

using camera_table = std::map<std::string_view, const camera*>;

camera_table table_of(const wall& x) {
  camera_table out;
  for (const auto& camera : x.cameras)
    out.emplace(camera.id, &camera);
  return out;
}

bool differs(const camera& a, const camera& b, effect what) {
  return std::any_of(camera_rules.begin(), camera_rules.end(),
                     [&](const auto& x) { return x.what == what && !x.same(a, b); });
}

bool has_moved(const camera& a, const camera& b) {
  return a.source.file != b.source.file || a.source.line != b.source.line;
}

/// The ids of those that are in both, in the order of the first.
std::vector<std::string_view> common(const wall& x, const camera_table& other) {
  std::vector<std::string_view> out;
  for (const auto& camera : x.cameras)
    if (other.contains(camera.id))
      out.emplace_back(camera.id);
  return out;
}

void compare_settings(const wall& in_force, const wall& newer, difference& out) {
  for (const auto& x : wall_rules) {
    if (x.same(in_force, newer))
      continue;
    auto& keys = x.what == effect::restart_all ? out.restart_all
                 : x.what == effect::at_once   ? out.at_once
                                               : out.next_start;
    if (keys.empty() || keys.back() != x.key) // Two members may be one key.
      keys.emplace_back(x.key);
  }
}

std::string joined(const std::vector<std::string>& all) {
  constexpr std::size_t named_max = 20; // The rest is counted.
  std::string out;
  for (std::size_t i = 0; i < std::min(all.size(), named_max); ++i)
    out.append(i == 0 ? "" : ", ").append(all[i]);
  if (all.size() > named_max)
    out.append(" and ").append(std::to_string(all.size() - named_max)).append(" more");
  return out;
}

} // namespace

bool difference::empty() const noexcept {
  return added.empty() && removed.empty() && restarted.empty() && shown.empty() && !reordered &&
         restart_all.empty() && at_once.empty() && next_start.empty();
}

difference compare(const wall& in_force, const wall& newer) {
  difference out;
  compare_settings(in_force, newer, out);
  auto before = table_of(in_force);
  auto after = table_of(newer);
  for (const auto& x : in_force.cameras)
    if (!after.contains(x.id))
      out.removed.push_back(x.id);
  for (const auto& x : newer.cameras) {
    auto known = before.find(x.id);
    if (known == before.end())
      out.added.push_back(x.id);
    else if (!out.restart_all.empty() || differs(*known->second, x, effect::restart_camera))
      out.restarted.push_back(x.id);
    else if (differs(*known->second, x, effect::shown) || has_moved(*known->second, x))
      out.shown.push_back(x.id);
  }
  out.reordered = common(in_force, after) != common(newer, before);
  return out;
}

wall merge(const wall& in_force, wall newer) {
  for (const auto& x : wall_rules)
    if (x.what == effect::next_start)
      x.keep(newer, in_force);
  return newer;
}

std::optional<effect> effect_of(std::string_view key) {
  if (key == secrets_key)
    return effect::at_once;
  for (const auto& x : wall_rules)
    if (x.key == key || (x.key.ends_with("[]") && key.starts_with(x.key)))
      return x.what;
  for (std::string_view owner : {"cameras[].", "defaults."}) {
    if (!key.starts_with(owner))
      continue;
    auto word = key.substr(owner.size());
    if (word == "id")
      return effect::restart_camera; // Another id is another camera.
    for (const auto& x : camera_rules)
      if (x.key == word)
        return x.what;
  }
  return std::nullopt;
}

std::vector<std::string> sentences(const difference& x) {
  std::vector<std::string> out;
  auto say = [&](const std::vector<std::string>& what, const std::string& before,
                 const std::string& after) {
    if (!what.empty())
      out.push_back(before + joined(what) + after);
  };
  say(x.added, "added: ", "");
  say(x.removed, "removed, with the live files: ", "");
  say(x.restart_all, "every camera is restarted because of ", "");
  say(x.restarted, "restarted: ", "");
  say(x.shown, "label, group or place in the file, without a restart: ", "");
  if (x.reordered)
    out.emplace_back("the order on the wall changes");
  say(x.at_once, "in force at once: ", "");
  say(x.next_start, "only at the next start of the server: ", "");
  return out;
}

std::vector<std::string> warnings_of(const difference& x) {
  std::vector<std::string> out;
  for (const auto& key : x.next_start)
    out.push_back(key + " was changed; that takes effect at the next start of the server");
  return out;
}

} // namespace camwall::config
