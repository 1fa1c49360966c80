#include "config/difference.hpp"
#include "config/keys.hpp"
#include "config/yaml_tree.hpp"
#include "tests/unit/config/config_fixture.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <sstream>

namespace camwall::config {
namespace {

std::set<std::string> loader_keys() {
  std::set<std::string> out;
  for (const auto& key : known_keys())
    out.emplace(key.path);
  return out;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream in{text};
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);)
    out.push_back(line);
  return out;
}

/// Switches a setting on that is commented out as `#key: value`, without a space.
std::string switched_on(std::string line) {
  auto mark = line.find_first_not_of(' ');
  auto colon = line.find(':');
  if (mark == std::string::npos || line[mark] != '#' || colon == std::string::npos)
    return line;
  auto is_key_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  auto word = std::string_view{line}.substr(mark + 1, colon - mark - 1);
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_key_letter))
    line.erase(mark, 1);
  return line;
}

std::string example_with_everything() {
  std::string out;
  for (const auto& line : lines_of(repository_file("config/wall.example.yaml")))
    out += switched_on(line) + "\n";
  return out;
}

bool is_list_of_mappings(std::string_view path) {
  return path == "cameras" || path == "compat" || path == "users" || path == "users[].tokens" ||
         path == "views" || path == "webhooks";
}

void collect(const yaml_node& node, const std::string& path, std::set<std::string>& into) {
  if (node.what == yaml_node::kind::mapping)
    for (std::size_t i = 0; i < node.keys.size(); ++i)
      collect(node.items[i], path.empty() ? node.keys[i].text : path + "." + node.keys[i].text,
              into);
  else if (node.what == yaml_node::kind::sequence && is_list_of_mappings(path))
    for (const auto& item : node.items)
      collect(item, path + "[]", into);
  else
    into.insert(path);
}

/// Rows of the reference's tables, `| `key` | … | default |`: the key, and what the last column
/// says.
std::map<std::string, std::string> reference_rows() {
  std::map<std::string, std::string> out;
  for (const auto& line : lines_of(repository_file("docs/reference/configuration.md"))) {
    auto key_end = line.find("` |");
    auto last = line.rfind('|', line.size() - 2);
    if (!line.starts_with("| `") || key_end == std::string::npos)
      continue;
    out[line.substr(3, key_end - 3)] = line.substr(last + 1, line.size() - last - 2);
  }
  return out;
}

TEST(in_step_test, the_example_is_good_as_it_stands) {
  auto x = load_good(repository_file("config/wall.example.yaml"));
  EXPECT_EQ(x.cameras.size(), 19U);
  EXPECT_THAT(x.warnings, testing::IsEmpty());
}

TEST(in_step_test, the_example_is_good_with_every_setting_switched_on) {
  temporary_folder folder;
  auto secrets = folder.write("secrets.yaml", "SOME: thing\n");
  ASSERT_EQ(::chmod(secrets.c_str(), 0600), 0);
  load_good(example_with_everything(), fixed_environment({}), folder.path() / "wall.yaml");
}

TEST(in_step_test, the_example_shows_exactly_the_keys_of_the_loader) {
  auto tree = parse_yaml(example_with_everything());
  ASSERT_TRUE(tree);
  std::set<std::string> shown;
  collect(*tree, "", shown);
  EXPECT_EQ(shown, loader_keys());
}

TEST(in_step_test, the_example_shows_the_defaults_of_the_loader) {
  auto text = example_with_everything();
  for (const auto& key : known_keys()) {
    if (key.fallback.empty() || key.path == "server.hosts") // Shown "for instance".
      continue;
    auto word = std::string{key.path.substr(key.path.rfind('.') + 1)};
    EXPECT_THAT(text, testing::HasSubstr(word + ": " + std::string{key.fallback} + "\n"));
  }
}

TEST(in_step_test, the_reference_describes_exactly_the_keys_of_the_loader) {
  std::set<std::string> described;
  for (const auto& [key, fallback] : reference_rows())
    described.insert(key);
  EXPECT_EQ(described, loader_keys());
}

TEST(in_step_test, the_reference_gives_the_defaults_of_the_loader) {
  auto rows = reference_rows();
  for (const auto& key : known_keys()) {
    if (key.fallback.empty())
      continue;
    EXPECT_EQ(rows[std::string{key.path}], " `" + std::string{key.fallback} + "` ") << key.path;
  }
}

/// The effect that a row of the table of changes stands for.
std::optional<effect> effect_of_row(const std::string& line) {
  static const std::map<std::string, effect> words{
    {"| only what is shown", effect::shown},
    {"| the camera is restarted", effect::restart_camera},
    {"| every camera is restarted", effect::restart_all},
    {"| it is in force at once", effect::at_once},
    {"| it waits for the next start", effect::next_start}};
  for (const auto& [begin, what] : words)
    if (line.starts_with(begin))
      return what;
  return std::nullopt;
}

TEST(in_step_test, the_reference_tells_what_a_change_of_each_key_does) {
  std::map<std::string, effect> told;
  for (const auto& line : lines_of(repository_file("docs/reference/configuration.md")))
    if (auto what = effect_of_row(line))
      for (auto at = line.find('`'); at != std::string::npos; at = line.find('`', at)) {
        auto end = line.find('`', at + 1);
        told[line.substr(at + 1, end - at - 1)] = *what;
        at = end + 1;
      }
  for (const auto& key : known_keys()) {
    auto path = std::string{key.path};
    if (path.starts_with("defaults.") || path == "cameras[].id")
      continue;
    if (path.starts_with("compat[]"))
      path = "compat";
    if (path.starts_with("users[]"))
      path = "users";
    if (path.starts_with("views[]"))
      path = "views";
    if (path.starts_with("webhooks[]"))
      path = "webhooks";
    ASSERT_TRUE(told.contains(path)) << path;
    EXPECT_EQ(told[path], effect_of(key.path)) << path;
  }
}

TEST(in_step_test, the_picture_rules_of_the_table_are_those_of_the_schema) {
  constexpr std::string_view section = "defaults.picture.";
  std::string text = "defaults:\n  picture:\n";
  for (const auto& key : known_keys())
    if (key.path.starts_with(section))
      text += "    " + std::string{key.path.substr(section.size())} + ": " +
              std::string{key.fallback} + "\n";
  auto written =
    load_good(text + "cameras:\n  - {id: a, url: 'rtsp://a/'}\n").cameras.at(0).picture;
  picture absent;
  EXPECT_EQ(written.check, absent.check);
  EXPECT_EQ(written.interval, absent.interval);
  EXPECT_EQ(written.frozen_after, absent.frozen_after);
  EXPECT_EQ(written.black_after, absent.black_after);
  EXPECT_EQ(written.black_luma, absent.black_luma);
  EXPECT_EQ(written.uniform_after, absent.uniform_after);
  EXPECT_EQ(written.uniform_spread, absent.uniform_spread);
  EXPECT_EQ(written.undecodable_after, absent.undecodable_after);
  EXPECT_EQ(written.ignore, absent.ignore);
}

/// The table's defaults are words; those that count stand in the schema.
TEST(in_step_test, the_defaults_of_the_table_are_those_of_the_schema) {
  std::string text;
  std::string section;
  for (const auto& key : known_keys()) {
    auto dot = key.path.find('.');
    if (key.fallback.empty() || key.path.substr(0, dot) == "defaults")
      continue;
    auto owner = dot == std::string_view::npos ? "" : std::string{key.path.substr(0, dot)};
    if (owner != section && !owner.empty())
      text += owner + ":\n";
    section = owner;
    text += (owner.empty() ? "" : "  ") + std::string{key.path.substr(dot + 1)} + ": " +
            std::string{key.fallback} + "\n";
  }
  auto written = load_good(text);
  auto absent = load_good("cameras: []\n");
  EXPECT_EQ(written.server.address, absent.server.address);
  EXPECT_EQ(written.server.port, absent.server.port);
  EXPECT_EQ(written.server.access, absent.server.access);
  EXPECT_EQ(written.hls.directory, absent.hls.directory);
  EXPECT_EQ(written.hls.container, absent.hls.container);
  EXPECT_EQ(written.hls.segment, absent.hls.segment);
  EXPECT_EQ(written.hls.window, absent.hls.window);
  EXPECT_EQ(written.hls.grace, absent.hls.grace);
  EXPECT_EQ(written.deadlines.open, absent.deadlines.open);
  EXPECT_EQ(written.deadlines.access_unit, absent.deadlines.access_unit);
  EXPECT_EQ(written.deadlines.linger, absent.deadlines.linger);
  EXPECT_EQ(written.limits.cameras_max, absent.limits.cameras_max);
  EXPECT_EQ(written.limits.streams_max, absent.limits.streams_max);
  EXPECT_EQ(written.limits.connections_max, absent.limits.connections_max);
  EXPECT_EQ(written.limits.connections_per_address_max, absent.limits.connections_per_address_max);
  EXPECT_EQ(written.limits.connecting_max, absent.limits.connecting_max);
  EXPECT_EQ(written.limits.connecting_per_host_max, absent.limits.connecting_per_host_max);
  EXPECT_EQ(written.limits.stderr_lines_max, absent.limits.stderr_lines_max);
  EXPECT_EQ(written.limits.worker_memory_mb, absent.limits.worker_memory_mb);
  EXPECT_EQ(written.limits.events_max, absent.limits.events_max);
  EXPECT_EQ(written.limits.disk_free_min_mb, absent.limits.disk_free_min_mb);
  EXPECT_EQ(written.limits.subscriptions_max, absent.limits.subscriptions_max);
  EXPECT_EQ(written.limits.viewer_queue_mb, absent.limits.viewer_queue_mb);
  EXPECT_EQ(written.limits.probes_max, absent.limits.probes_max);
  EXPECT_EQ(written.log.level, absent.log.level);
  EXPECT_EQ(written.log.format, absent.log.format);
  EXPECT_EQ(written.reload.watch, absent.reload.watch);
  EXPECT_EQ(written.reload.settle, absent.reload.settle);
  EXPECT_EQ(written.snapshots.ttl, absent.snapshots.ttl);
  EXPECT_EQ(written.snapshots.cache_mb, absent.snapshots.cache_mb);
  EXPECT_EQ(written.state_dir, absent.state_dir);
  EXPECT_EQ(written.sandbox, absent.sandbox);
  EXPECT_EQ(written.time_scale, absent.time_scale);
}

} // namespace
} // namespace camwall::config
