#include "tests/unit/config/config_fixture.hpp"

#include <gmock/gmock.h>

namespace camwall::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(good_test, fills_in_defaults_for_all_that_is_absent) {
  auto x = load_good("cameras: []\n");
  EXPECT_EQ(x.server.address, "127.0.0.1");
  EXPECT_EQ(x.server.port, 8080);
  EXPECT_EQ(x.hls.directory, "/etc/camwall/hls_out");
  EXPECT_EQ(x.state_dir, "/etc/camwall/state");
  EXPECT_EQ(x.deadlines.access_unit, seconds_f{2});
  EXPECT_THAT(x.cameras, IsEmpty());
  EXPECT_THAT(x.warnings, IsEmpty());
}

TEST(good_test, takes_sections_whose_keys_are_all_commented_out) {
  auto x = load_good("server:\n  # listen: x\nhls:\ndefaults:\nlog:\ncameras:\n");
  EXPECT_EQ(x.server.port, 8080);
}

TEST(good_test, reads_every_section) {
  auto x = load_good(R"(
server: {listen: "[::]:80", access: open, hosts: [Wall.Local, 192.168.1.5]}
hls: {directory: /srv/hls/, container: mpegts, segment_seconds: 2.5, window: 10, grace: 0}
deadlines: {open: 5s, access_unit: 1500ms, linger: 1m}
limits: {cameras_max: 3, connections_max: 100, worker_memory_mb: 256}
log: {level: error, format: json}
state_dir: ../state
test_only: {time_scale: 20}
)");
  EXPECT_EQ(x.server.address, "::");
  EXPECT_EQ(x.server.port, 80);
  EXPECT_EQ(x.server.access, access_mode::open);
  EXPECT_THAT(x.server.hosts, ElementsAre("wall.local", "192.168.1.5"));
  EXPECT_EQ(x.hls.directory, "/srv/hls");
  EXPECT_EQ(x.hls.container, container::mpegts);
  EXPECT_EQ(x.hls.segment, seconds_f{2.5});
  EXPECT_EQ(x.hls.window, 10U);
  EXPECT_EQ(x.hls.grace, 0U);
  EXPECT_EQ(x.deadlines.open, seconds_f{5});
  EXPECT_EQ(x.deadlines.access_unit, seconds_f{1.5});
  EXPECT_EQ(x.deadlines.linger, seconds_f{60});
  EXPECT_EQ(x.limits.connections_per_address_max, 100U) << "the default gives way to its whole";
  EXPECT_EQ(x.limits.worker_memory_mb, 256U);
  EXPECT_EQ(x.log.level, "err");
  EXPECT_EQ(x.log.format, log_format::json);
  EXPECT_EQ(x.state_dir, "/etc/state");
  EXPECT_EQ(x.time_scale, 20);
}

TEST(good_test, listens_where_it_is_told) {
  auto address_of = [](const std::string& listen) {
    auto x = load_good("server: {access: open, listen: \"" + listen + "\"}\n");
    return x.server.address + " " + std::to_string(x.server.port);
  };
  EXPECT_EQ(address_of(":8080"), "0.0.0.0 8080");
  EXPECT_EQ(address_of("localhost:0"), "127.0.0.1 0");
  EXPECT_EQ(address_of("[::1]:65535"), "::1 65535");
}

TEST(good_test, needs_no_open_access_on_any_loopback_address) {
  for (std::string listen : {"127.8.9.1:80", "[::1]:80", "[::ffff:127.0.0.1]:80", "localhost:80"})
    EXPECT_EQ(load_good("server: {listen: \"" + listen + "\"}\n").server.port, 80);
}

TEST(good_test, gives_cameras_the_defaults_that_they_do_not_overrule) {
  auto x = load_good(R"(
defaults: {transport: udp, audio: false, start: on_demand, group: yard, username: u, password: p/}
cameras:
  - id: gate
    url: rtsp://cam/1
    sub_url: rtsp://other:554/2
  - id: door
    label: Front door
    group: ""
    url: rtsp://a:b%2F@cam/2
    transport: tcp
    audio: true
    enabled: false
    start: always
)");
  ASSERT_EQ(x.cameras.size(), 2U);
  const auto& gate = x.cameras[0];
  EXPECT_EQ(gate.label, "gate");
  EXPECT_EQ(gate.group, "yard");
  EXPECT_EQ(gate.url, "rtsp://u:p%2F@cam/1");
  EXPECT_EQ(gate.sub_url, "rtsp://u:p%2F@other:554/2");
  EXPECT_EQ(gate.password, "p/");
  EXPECT_EQ(gate.sub_password, "p/");
  EXPECT_EQ(gate.transport, transport::udp);
  EXPECT_FALSE(gate.audio);
  EXPECT_EQ(gate.start, start_mode::on_demand);
  EXPECT_EQ(gate.source.file, "wall.yaml");
  EXPECT_EQ(gate.source.line, 4);
  const auto& door = x.cameras[1];
  EXPECT_EQ(door.label, "Front door");
  EXPECT_EQ(door.group, "");
  EXPECT_EQ(door.url, "rtsp://a:b%2F@cam/2") << "an address with a user ignores the defaults";
  EXPECT_EQ(door.password, "b/");
  EXPECT_EQ(door.transport, transport::tcp);
  EXPECT_TRUE(door.audio);
  EXPECT_FALSE(door.enabled);
  EXPECT_EQ(door.start, start_mode::always);
}

TEST(good_test, gives_cameras_the_picture_rules_that_they_do_not_overrule) {
  auto x = load_good(R"(
defaults: {picture: {interval: 5s, black_luma: 3, ignore: [black, uniform]}}
cameras:
  - {id: a, url: 'rtsp://cam/', picture: {frozen_after: 1m, ignore: []}}
  - {id: b, url: 'rtsp://cam/', picture: {check: false}}
)");
  const auto& a = x.cameras.at(0).picture;
  EXPECT_TRUE(a.check);
  EXPECT_EQ(a.interval, seconds_f{5});
  EXPECT_EQ(a.frozen_after, seconds_f{60});
  EXPECT_EQ(a.black_luma, 3);
  EXPECT_THAT(a.ignore, IsEmpty());
  const auto& b = x.cameras.at(1).picture;
  EXPECT_FALSE(b.check);
  EXPECT_EQ(b.frozen_after, seconds_f{30});
  EXPECT_THAT(b.ignore, ElementsAre(condition::black, condition::uniform));
}

TEST(good_test, lets_a_camera_refuse_the_login_of_the_defaults) {
  auto x = load_good(
    "defaults: {username: u, password: p}\n"
    "cameras:\n  - {id: a, url: 'rtsp://cam/', username: ''}\n");
  EXPECT_EQ(x.cameras.at(0).url, "rtsp://cam/");
  EXPECT_EQ(x.cameras.at(0).password, "");
}

TEST(good_test, lets_cameras_share_a_user_and_have_passwords_of_their_own) {
  auto x = load_good(
    "defaults: {username: u}\n"
    "cameras:\n  - {id: a, url: 'rtsp://cam/', password: 'p@ss w%rd'}\n");
  EXPECT_EQ(x.cameras.at(0).url, "rtsp://u:p%40ss%20w%25rd@cam/");
}

TEST(good_test, understands_yaml_beyond_the_plain) {
  auto x = load_good(
    "\xef\xbb\xbf%YAML 1.2\n---\n# comment\r\n"
    "\"log\": &l {\"level\": 'warn'}\r\nhls: {window: !!str 7}\n...\n");
  EXPECT_EQ(x.log.level, "warn");
  EXPECT_EQ(x.hls.window, 7U);
}

TEST(good_test, repeats_what_an_alias_names) {
  auto x = load_good("cameras:\n  - {id: a, url: &u 'rtsp://cam/'}\n  - {id: b, url: *u}\n");
  EXPECT_EQ(x.cameras.at(1).url, "rtsp://cam/");
}

} // namespace
} // namespace camwall::config
