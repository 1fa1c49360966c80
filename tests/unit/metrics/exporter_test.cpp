#include "metrics/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>

namespace camwall::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class exporter_test : public ::testing::Test {
protected:
  void publish(camera_snapshot x) {
    auto wall = std::make_shared<wall_snapshot>();
    wall->cameras.push_back(std::move(x));
    cell_.publish(wall);
  }

  static camera_snapshot live_gate() {
    camera_snapshot x{.id = "gate", .label = "Front gate", .phase = phase::live};
    x.streams.push_back({.name = "sub",
                         .status = phase::live,
                         .video = "h264",
                         .width = 640,
                         .height = 360,
                         .frames = 150,
                         .renditions_skipped = 3});
    return x;
  }

  snapshot_cell cell_;
  exporter exporter_{cell_, "1.2.3"};
};

TEST_F(exporter_test, shows_a_camera_as_the_snapshot_has_it) {
  publish(live_gate());
  auto text = exporter_.text();
  EXPECT_THAT(text, HasSubstr("camwall_camera_up{camera=\"gate\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("camwall_camera_state{camera=\"gate\",state=\"live\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("camwall_camera_state{camera=\"gate\",state=\"stale\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("camwall_stream_frames_total{camera=\"gate\",stream=\"sub\"} 150\n"));
  for (const auto* row : {"outcome=\"made\"} 0\n", "outcome=\"skipped\"} 3\n"})
    EXPECT_THAT(text, HasSubstr(std::string{"camwall_rendition_pictures_total{camera=\"gate\","} +
                                "stream=\"sub\"," + row));
  EXPECT_THAT(text, HasSubstr("camwall_build_info{version=\"1.2.3\"} 1\n"));
}

TEST_F(exporter_test, calls_a_camera_with_a_frozen_picture_down) {
  auto x = live_gate();
  x.conditions = {{.what = condition::frozen}};
  publish(x);
  auto text = exporter_.text();
  EXPECT_THAT(text, HasSubstr("camwall_camera_up{camera=\"gate\"} 0\n"));
  EXPECT_THAT(text,
              HasSubstr("camwall_camera_condition{camera=\"gate\",condition=\"frozen\"} 1\n"));
}

TEST_F(exporter_test, claims_the_sandbox_only_when_every_worker_said_so) {
  auto shown = [this](std::optional<bool> main, std::optional<bool> sub) {
    auto x = live_gate();
    x.streams[0].sandboxed = sub;
    x.streams.push_back({.name = "main", .sandboxed = main});
    publish(x);
    return exporter_.text().find("camwall_sandbox_enforced 1\n") != std::string::npos;
  };
  EXPECT_FALSE(shown({}, {})) << "nobody spoke yet";
  EXPECT_TRUE(shown({}, true));
  EXPECT_TRUE(shown(true, true));
  EXPECT_FALSE(shown(false, true));
  EXPECT_FALSE(shown(false, {}));
}

TEST_F(exporter_test, calls_a_camera_with_a_black_picture_up) {
  auto x = live_gate();
  x.conditions = {{.what = condition::black}};
  publish(x);
  auto text = exporter_.text();
  EXPECT_THAT(text, HasSubstr("camwall_camera_up{camera=\"gate\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("camwall_camera_condition{camera=\"gate\",condition=\"black\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("camwall_camera_condition{camera=\"gate\",condition=\"uniform\"} 0\n"));
}

TEST_F(exporter_test, creates_every_reason_at_zero) {
  publish(live_gate());
  auto text = exporter_.text();
  for (auto why : all_reasons)
    for (const auto* name :
         {"camwall_camera_restarts_total", "camwall_camera_connect_failures_total"})
      EXPECT_THAT(text, HasSubstr(std::string{name} + "{camera=\"gate\",reason=\"" +
                                  std::string{to_string(why)} + "\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("camwall_limit_reached_total{limit=\"connections\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("camwall_detection_seconds_count 0\n"));
}

TEST_F(exporter_test, forgets_a_camera_that_is_gone) {
  publish(live_gate());
  cell_.publish(std::make_shared<wall_snapshot>());
  EXPECT_THAT(exporter_.text(), Not(HasSubstr("gate")));
}

TEST_F(exporter_test, counts_cameras_that_clients_named_without_a_series_for_each) {
  EXPECT_THAT(exporter_.text(), HasSubstr("camwall_adhoc_cameras{state=\"live\"} 0\n"));
  adhoc_status now{.enabled = true, .cameras_max = 8, .cameras = {}, .logins_held = 2, .begun = 7};
  for (const auto* id : {"_adhoc-6", "_adhoc-7"})
    now.cameras.push_back(
      {.id = id, .host = "10.0.0.7", .since = {}, .phase = phase::live, .detail = {}});
  now.refused[static_cast<std::size_t>(adhoc_refused::login)] = 5;
  exporter_.read_adhoc([&] { return now; });
  auto text = exporter_.text();
  EXPECT_THAT(text, HasSubstr("camwall_adhoc_cameras{state=\"live\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("camwall_adhoc_cameras_begun_total 7\n"));
  EXPECT_THAT(text, HasSubstr("camwall_adhoc_logins_held 2\n"));
  EXPECT_THAT(text, HasSubstr("camwall_adhoc_refused_total{reason=\"login\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("camwall_adhoc_refused_total{reason=\"off\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("_adhoc-")));
}

TEST_F(exporter_test, counts_requests_by_route_and_not_by_path) {
  for (int i = 0; i < 3; ++i)
    exporter_.http().request("/hls/:camera/:stream/:file", "GET", 200,
                             std::chrono::milliseconds{2});
  EXPECT_THAT(exporter_.text(), HasSubstr("camwall_http_requests_total{code=\"200\",method=\"GET\","
                                          "route=\"/hls/:camera/:stream/:file\"} 3\n"));
}

TEST_F(exporter_test, stays_within_120_series_per_camera) {
  auto x = live_gate();
  x.streams.push_back({.name = "main"});
  publish(x);
  auto text = exporter_.text();
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find("camera=\"gate\"", at)) != std::string::npos; ++at)
    ++count;
  EXPECT_LE(count, 120u);
}

/// What a family is: its type, and the names of its labels in their order.
using shapes = std::map<std::string, std::string>;

shapes shapes_of(const std::string& text) {
  shapes out;
  std::map<std::string, std::set<std::string>> labels;
  std::regex type{R"(# TYPE (\w+) (\w+))"};
  std::regex sample{R"(([a-z_]+)(?:\{(.*)\})? \S+)"};
  std::regex label{R"re((\w+)="(?:[^"\\]|\\.)*")re"};
  std::istringstream lines{text};
  std::string family;
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (std::regex_match(line, found, type)) {
      family = found[1];
      out[family] = found[2];
    } else if (std::regex_match(line, found, sample)) {
      auto inside = found[2].str();
      for (std::sregex_iterator i{inside.begin(), inside.end(), label}, end; i != end; ++i)
        if ((*i)[1] != "le")
          labels[family].insert((*i)[1]);
    }
  }
  for (auto& [name, shape] : out)
    for (const auto& x : labels[name])
      shape += " " + x;
  return out;
}

shapes documented_shapes() {
  std::ifstream file{std::string{CAMWALL_SOURCE_DIR} + "/docs/reference/metrics.md"};
  shapes out;
  std::regex row{R"(\| `((?:camwall|process)_[a-z_]+)` \| (\w+) \| ([a-z, ]*)\|.*)"};
  for (std::string line; std::getline(file, line);) {
    std::smatch found;
    if (!std::regex_match(line, found, row))
      continue;
    auto text = found[3].str();
    std::replace(text.begin(), text.end(), ',', ' ');
    std::istringstream words{text};
    std::set<std::string> labels{std::istream_iterator<std::string>{words}, {}};
    auto& shape = out[found[1]] = found[2];
    for (const auto& x : labels)
      shape += " " + x;
  }
  return out;
}

TEST_F(exporter_test, keeps_to_names_types_and_labels_of_the_reference) {
  publish(live_gate());
  exporter_.http().request("/", "GET", 200, std::chrono::milliseconds{1});
  exporter_.watch_disks({{"state", "."}});
  exporter_.read_mailboxes([] {
    return std::vector<std::pair<std::string, std::size_t>>{{"board", 1}};
  });
  exporter_.read_webhooks([] { return std::vector<webhook_statistics>{{.name = "office"}}; });
  EXPECT_EQ(shapes_of(exporter_.text()), documented_shapes());
}

TEST_F(exporter_test, counts_what_became_of_the_messages_of_each_webhook) {
  EXPECT_THAT(exporter_.text(), Not(HasSubstr("camwall_webhook")));
  exporter_.read_webhooks([] {
    return std::vector<webhook_statistics>{{.name = "office", .sent = 3},
                                           {.name = "guard", .dropped = 2, .waiting = 1}};
  });
  auto text = exporter_.text();
  auto line = [](const std::string& labels, int value) {
    return "camwall_webhook_messages_" + labels + " " + std::to_string(value) + "\n";
  };
  EXPECT_THAT(text, HasSubstr(line(R"(total{webhook="office",result="sent"})", 3)));
  EXPECT_THAT(text, HasSubstr(line(R"(total{webhook="office",result="rejected"})", 0)));
  EXPECT_THAT(text, HasSubstr(line(R"(total{webhook="guard",result="dropped"})", 2)));
  EXPECT_THAT(text, HasSubstr(line(R"(waiting{webhook="guard"})", 1)));
}

TEST_F(exporter_test, names_group_label_and_reason_of_a_camera) {
  auto x = live_gate();
  x.group = "yard";
  x.label = "the \"old\" gate\\\n";
  x.phase = phase::backoff;
  x.reason = reason::refused;
  publish(x);
  auto text = exporter_.text();
  EXPECT_THAT(text, HasSubstr(R"(camwall_camera_group_info{camera="gate",group="yard",)"
                              R"(label="the \"old\" gate\\\n"} 1)"
                              "\n"));
  EXPECT_THAT(text, HasSubstr("camwall_camera_reason{camera=\"gate\",reason=\"refused\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("camwall_camera_reason{camera=\"gate\",reason=\"dns\"} 0\n"));
}

TEST_F(exporter_test, tells_of_room_and_of_mailboxes) {
  EXPECT_THAT(exporter_.text(), HasSubstr("camwall_disk_free_min_bytes 0\n"));
  exporter_.watch_disks({{"state", "."}, {"hls", "/a/folder/that/is/gone"}});
  exporter_.disk_free_min(1024);
  exporter_.read_mailboxes([] {
    return std::vector<std::pair<std::string, std::size_t>>{{"board", 7}};
  });
  auto text = exporter_.text();
  EXPECT_THAT(text, HasSubstr("camwall_disk_free_bytes{folder=\"state\"} "));
  EXPECT_THAT(text, Not(HasSubstr("folder=\"hls\"")));
  EXPECT_THAT(text, HasSubstr("camwall_disk_free_min_bytes 1024\n"));
  EXPECT_THAT(text, HasSubstr("camwall_mailbox_depth{actor=\"board\"} 7\n"));
  exporter_.disk_free_min(2048);
  EXPECT_THAT(exporter_.text(), HasSubstr("camwall_disk_free_min_bytes 2048\n")) << "a reload";
}

} // namespace
} // namespace camwall::metrics
