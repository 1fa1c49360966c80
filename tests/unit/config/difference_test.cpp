#include "config/difference.hpp"

#include "config/keys.hpp"
#include "tests/unit/config/config_fixture.hpp"

#include <gmock/gmock.h>

#include <set>
#include <sstream>

namespace camwall::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A wall of one camera whose section, or the rest of the file, holds one line more.
wall with_camera(const std::string& line) {
  return load_good("cameras:\n  - id: gate\n    url: 'rtsp://gate/one'\n    " + line + "\n");
}

wall with_setting(const std::string& text) {
  return load_good(text + "\ncameras:\n  - {id: gate, url: 'rtsp://gate/one'}\n");
}

wall of(const std::string& ids) {
  std::string text = "cameras:\n";
  std::istringstream in{ids};
  for (std::string id; in >> id;)
    text.append("  - {id: ").append(id).append(", url: 'rtsp://").append(id).append("/'}\n");
  return load_good(text == "cameras:\n" ? "cameras: []\n" : text);
}

TEST(difference_test, finds_nothing_between_two_readings_of_the_same_file) {
  auto text = repository_file("config/wall.example.yaml");
  auto found = compare(load_good(text), load_good(text));
  EXPECT_TRUE(found.empty());
  EXPECT_THAT(sentences(found), IsEmpty());
}

TEST(difference_test, tells_added_removed_and_kept_cameras_apart) {
  auto found = compare(of("a b c"), of("b d c e"));
  EXPECT_THAT(found.added, ElementsAre("d", "e"));
  EXPECT_THAT(found.removed, ElementsAre("a"));
  EXPECT_THAT(found.restarted, IsEmpty());
  EXPECT_FALSE(found.reordered) << "b still stands before c";
}

TEST(difference_test, sees_another_order_among_those_that_stay) {
  EXPECT_TRUE(compare(of("a b c"), of("c a")).reordered);
  EXPECT_FALSE(compare(of("a b c"), of("a c")).reordered);
}

TEST(difference_test, gets_by_with_empty_walls) {
  EXPECT_THAT(compare(of(""), of("a")).added, ElementsAre("a"));
  EXPECT_THAT(compare(of("a"), of("")).removed, ElementsAre("a"));
  EXPECT_TRUE(compare(of(""), of("")).empty());
}

TEST(difference_test, only_shows_a_camera_that_moved_in_its_file) {
  auto found = compare(load_good("cameras:\n  - {id: a, url: 'rtsp://a/'}\n"),
                       load_good("# A remark.\ncameras:\n  - {id: a, url: 'rtsp://a/'}\n"));
  EXPECT_THAT(found.shown, ElementsAre("a"));
  EXPECT_THAT(found.restarted, IsEmpty());
}

struct change {
  std::string key;
  std::string before; ///< A line of YAML, or empty.
  std::string after;
};

/// A change of every key that a camera may have.
const std::vector<change> camera_changes{
  {"label", "", "label: Gate"},
  {"group", "group: yard", "group: street"},
  {"sub_url", "", "sub_url: 'rtsp://gate/two'"},
  {"username", "", "username: viewer"},
  {"password", "{username: a, password: b}", "{username: a, password: c}"},
  {"transport", "", "transport: udp"},
  {"audio", "", "audio: false"},
  {"enabled", "", "enabled: false"},
  {"start", "", "start: on_demand"},
  {"picture.check", "", "picture: {check: false}"},
  {"picture.interval", "", "picture: {interval: 3s}"},
  {"picture.frozen_after", "", "picture: {frozen_after: 31s}"},
  {"picture.black_after", "", "picture: {black_after: 31s}"},
  {"picture.black_luma", "", "picture: {black_luma: 9}"},
  {"picture.uniform_after", "", "picture: {uniform_after: 31s}"},
  {"picture.uniform_spread", "", "picture: {uniform_spread: 9}"},
  {"picture.undecodable_after", "", "picture: {undecodable_after: 9}"},
  {"picture.ignore", "", "picture: {ignore: [black]}"},
};

/// `{a: b, c: d}` as the lines of a camera; anything else as it stands.
std::string as_lines(std::string text) {
  if (!text.starts_with('{'))
    return text;
  text = text.substr(1, text.size() - 2);
  return text.replace(text.find(", "), 2, "\n    ");
}

TEST(difference_test, knows_which_key_of_a_camera_restarts_it) {
  for (const auto& x : camera_changes) {
    auto found = compare(with_camera(as_lines(x.before)), with_camera(as_lines(x.after)));
    auto what = effect_of("cameras[]." + x.key);
    ASSERT_TRUE(what) << x.key;
    const auto& expected = *what == effect::shown ? found.shown : found.restarted;
    EXPECT_THAT(expected, ElementsAre("gate")) << x.key;
    EXPECT_EQ(found.shown.size() + found.restarted.size(), 1U) << x.key;
    EXPECT_EQ(effect_of("defaults." + x.key), what) << x.key;
  }
}

TEST(difference_test, restarts_a_camera_whose_address_changed) {
  auto found = compare(load_good("cameras:\n  - {id: a, url: 'rtsp://a/1'}\n"),
                       load_good("cameras:\n  - {id: a, url: 'rtsp://a/2'}\n"));
  EXPECT_THAT(found.restarted, ElementsAre("a"));
}

/// A change of every key outside the cameras.
const std::vector<change> wall_changes{
  {"server.listen", "", "server: {listen: '127.0.0.1:1'}"},
  {"server.hosts", "", "server: {hosts: [wall.local]}"},
  {"server.walls", "", "server: {walls: [lobby]}"},
  {"server.access", "", "server: {access: open}"},
  {"server.plain_http", "", "server: {plain_http: accepted}"},
  {"server.basic_auth", "", "server: {basic_auth: true}"},
  {"server.metrics_access", "", "server: {metrics_access: loopback}"},
  {"server.health_access", "", "server: {health_access: users}"},
  {"server.trusted_proxies", "", "server: {trusted_proxies: [10.0.0.0/8]}"},
  {"server.cors_origins", "", "server: {cors_origins: ['https://a.example']}"},
  {"server.frame_ancestors", "", "server: {frame_ancestors: ['https://a.example']}"},
  {"hls.directory", "", "hls: {directory: elsewhere}"},
  {"hls.container", "", "hls: {container: mpegts}"},
  {"hls.segment_seconds", "", "hls: {segment_seconds: 2}"},
  {"hls.window", "", "hls: {window: 7}"},
  {"hls.grace", "", "hls: {grace: 5}"},
  {"deadlines.open", "", "deadlines: {open: 11s}"},
  {"deadlines.access_unit", "", "deadlines: {access_unit: 3s}"},
  {"deadlines.linger", "", "deadlines: {linger: 3s}"},
  {"limits.cameras_max", "", "limits: {cameras_max: 9}"},
  {"limits.connections_max", "", "limits: {connections_max: 5000}"},
  {"limits.connections_per_address_max", "", "limits: {connections_per_address_max: 99}"},
  {"limits.connecting_max", "", "limits: {connecting_max: 9}"},
  {"limits.connecting_per_host_max", "", "limits: {connecting_per_host_max: 1}"},
  {"limits.stderr_lines_max", "", "limits: {stderr_lines_max: 9}"},
  {"limits.events_max", "", "limits: {events_max: 9}"},
  {"limits.worker_memory_mb", "", "limits: {worker_memory_mb: 99}"},
  {"limits.disk_free_min_mb", "", "limits: {disk_free_min_mb: 99}"},
  {"limits.subscriptions_max", "", "limits: {subscriptions_max: 99}"},
  {"limits.viewer_queue_mb", "", "limits: {viewer_queue_mb: 9}"},
  {"limits.streams_max", "", "limits: {streams_max: 99}"},
  {"limits.requests_per_second", "", "limits: {requests_per_second: 99}"},
  {"limits.probes_max", "", "limits: {probes_max: 1}"},
  {"snapshots.ttl", "", "snapshots: {ttl: 3s}"},
  {"snapshots.cache_mb", "", "snapshots: {cache_mb: 9}"},
  {"log.level", "", "log: {level: debug}"},
  {"log.format", "", "log: {format: json}"},
  {"reload.watch", "", "reload: {watch: false}"},
  {"reload.settle", "", "reload: {settle: 1s}"},
  {"adhoc.enabled", "adhoc: {allow: ['rtsp://10.0.0.0/8']}",
   "adhoc: {allow: ['rtsp://10.0.0.0/8'], enabled: true}"},
  {"adhoc.allow", "", "adhoc: {allow: ['rtsp://10.0.0.0/8']}"},
  {"adhoc.cameras_max", "", "adhoc: {cameras_max: 3}"},
  {"adhoc.role", "", "adhoc: {role: admin}"},
  {"compat[].profile", "", "compat: [{profile: grid, listen: '127.0.0.1:9'}]"},
  {"webhooks[].name", "", "webhooks: [{name: office, url: 'https://alerts.example/'}]"},
  {"cameras_dir", "", "cameras_dir: elsewhere"},
  {"state_dir", "", "state_dir: elsewhere"},
  {"sandbox", "", "sandbox: best_effort"},
  {"test_only.time_scale", "", "test_only: {time_scale: 2}"},
};

TEST(difference_test, knows_what_becomes_of_every_key_outside_the_cameras) {
  for (const auto& x : wall_changes) {
    auto key = x.key.substr(0, x.key.find("[]"));
    auto found = compare(with_setting(x.before), with_setting(x.after));
    auto what = effect_of(x.key);
    ASSERT_TRUE(what) << x.key;
    auto named = [&](const std::vector<std::string>& keys) {
      return keys.size() == 1 && keys[0].starts_with(key);
    };
    EXPECT_EQ(named(found.restart_all), *what == effect::restart_all) << x.key;
    EXPECT_EQ(named(found.at_once), *what == effect::at_once) << x.key;
    EXPECT_EQ(named(found.next_start), *what == effect::next_start) << x.key;
    EXPECT_EQ(found.restarted.size(), *what == effect::restart_all ? 1U : 0U) << x.key;
  }
}

TEST(difference_test, keeps_the_old_value_of_what_must_wait_and_nothing_else) {
  for (const auto& x : wall_changes) {
    auto before = with_setting(x.before);
    auto after = with_setting(x.after);
    auto merged = merge(before, after);
    auto waits = *effect_of(x.key) == effect::next_start;
    EXPECT_EQ(compare(before, merged).empty(), waits) << x.key;
    EXPECT_EQ(compare(after, merged).empty(), !waits) << x.key;
    EXPECT_EQ(warnings_of(compare(before, after)).size(), waits ? 1U : 0U) << x.key;
  }
}

TEST(difference_test, has_a_rule_for_every_key_and_a_test_for_every_rule) {
  std::set<std::string> tested;
  for (const auto& x : wall_changes)
    tested.insert(x.key);
  for (const auto& x : camera_changes)
    tested.insert("cameras[]." + x.key);
  const std::set<std::string> made_of{"cameras[].template", "cameras[].host", "cameras[].port",
                                      "cameras[].channel", "cameras[].channels"};
  for (const auto& key : known_keys()) {
    std::string path{key.path};
    EXPECT_TRUE(effect_of(path)) << path << ": say in difference.cpp what its change does";
    auto elsewhere = path.starts_with("defaults.") || path.starts_with("compat[]") ||
                     path.starts_with("users[]") || path.starts_with("views[]") ||
                     path.starts_with("webhooks[]") || path == "cameras[].id" ||
                     path == "cameras[].url" || path == "cameras[].quirks" ||
                     path == "secrets_file" || made_of.contains(path);
    EXPECT_TRUE(elsewhere || tested.contains(path)) << path;
  }
  EXPECT_FALSE(effect_of("server.nonsense"));
}

TEST(difference_test, says_in_plain_sentences_what_would_happen) {
  auto found = compare(load_good("hls: {window: 6}\ncameras:\n  - {id: a, url: 'rtsp://a/'}\n"
                                 "  - {id: b, url: 'rtsp://b/'}\n"),
                       load_good("hls: {window: 7}\nstate_dir: s\ncameras:\n"
                                 "  - {id: c, url: 'rtsp://c/'}\n  - {id: b, url: 'rtsp://b/'}\n"));
  EXPECT_THAT(sentences(found),
              ElementsAre("added: c", "removed, with the live files: a",
                          "every camera is restarted because of hls.window", "restarted: b",
                          "only at the next start of the server: state_dir"));
}

} // namespace
} // namespace camwall::config
