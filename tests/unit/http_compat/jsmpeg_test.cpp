#include "tests/unit/http_compat/compat_fixture.hpp"

namespace camwall::http {
namespace {

using namespace std::chrono_literals;

std::string status(const std::string& phase) {
  return "{\"phase\":\"" + phase + "\",\"type\":\"status\"}\n";
}

const std::string video_start = "{\"type\":\"video_start\"}\n";

class jsmpeg_test : public compat_fixture {
protected:
  jsmpeg_test() : compat_fixture(compat_profile::jsmpeg) {
    // nop
  }

  std::string target(const std::string& camera, const std::string& rest) const {
    return "/ws/stream?id=" + ids.find(camera)->uuid + rest;
  }

  void act(fake_socket& x, const std::string& action) {
    now += 1s;
    x.session->on_text("{\"action\": \"" + action + "\"}");
  }

  std::size_t video(fake_socket& x) {
    received(x);
    send("ts", chunk_kind::video);
    return received(x).size();
  }
};

TEST_F(jsmpeg_test, sends_bare_video_at_25_pictures_a_second) {
  auto x = connect(target("yard", "&video_only=true"));
  const auto& feed = hub.feeds.begin()->second.what;
  EXPECT_EQ(feed.camera, "yard");
  EXPECT_EQ(feed.stream, "sub");
  EXPECT_EQ(feed.format, media_format::mpeg1);
  EXPECT_EQ(feed.fps, 25);
  send("ts", chunk_kind::video);
  EXPECT_EQ(received(x), std::vector<std::string>{"ts"});
  EXPECT_EQ(said(x), "");
}

TEST_F(jsmpeg_test, reports_each_change_of_the_camera_once) {
  auto x = connect(target("gate", ""));
  EXPECT_EQ(said(x), status("playing") + video_start);
  advance(x);
  EXPECT_EQ(said(x), "");
  set_phase("gate", phase::stale);
  advance(x);
  set_phase("gate", phase::connecting);
  advance(x);
  EXPECT_EQ(said(x), status("connecting"));
  set_phase("gate", phase::backoff, reason::refused, "the camera refuses");
  advance(x);
  advance(x);
  EXPECT_EQ(said(x), status("ended") +
                       "{\"code\":\"CONNECTION_REFUSED\",\"message\":\"the camera refuses\","
                       "\"type\":\"error\"}\n");
  set_phase("gate", phase::auth_failed, reason::auth, "the password was refused");
  advance(x);
  EXPECT_EQ(said(x),
            "{\"code\":\"AUTH\",\"message\":\"the password was refused\",\"type\":\"error\"}\n");
  set_phase("gate", phase::live);
  advance(x);
  EXPECT_EQ(said(x), status("playing") + video_start);
  EXPECT_TRUE(hub.feeds.empty()) << "the control socket carries no video";
}

TEST_F(jsmpeg_test, stops_and_starts_the_video_of_the_same_client) {
  auto control = connect(target("gate", "&video_only=false&client_id=one"));
  auto shown = connect(target("gate", "&video_only=true&client_id=one"));
  EXPECT_EQ(said(control), status("playing"));
  EXPECT_EQ(video(shown), 1U);
  advance(control);
  EXPECT_EQ(said(control), video_start);
  act(control, "stop");
  EXPECT_EQ(said(control), status("stopped"));
  advance(shown);
  EXPECT_EQ(video(shown), 0U);
  EXPECT_TRUE(hub.feeds.empty());
  act(control, "start");
  advance(shown);
  EXPECT_EQ(video(shown), 1U);
  advance(control);
  EXPECT_EQ(said(control), status("playing") + video_start);
}

TEST_F(jsmpeg_test, begins_the_video_anew_when_asked_to_reconnect) {
  auto control = connect(target("gate", "&client_id=one"));
  auto shown = connect(target("gate", "&video_only=true&client_id=one"));
  auto before = hub.feeds.begin()->first;
  said(control);
  act(control, "reconnect");
  EXPECT_EQ(said(control), status("connecting") + status("playing"));
  advance(shown);
  ASSERT_EQ(hub.feeds.size(), 1U);
  EXPECT_NE(hub.feeds.begin()->first, before);
}

TEST_F(jsmpeg_test, ends_nobody_elses_video) {
  auto control = connect(target("gate", "&client_id=one"));
  auto other = connect(target("gate", "&video_only=true&client_id=two"));
  auto nameless = connect(target("gate", "&video_only=true"));
  asked.peer = *parse_ip_address("127.0.0.2");
  auto elsewhere = connect(target("gate", "&video_only=true&client_id=one"));
  act(control, "stop");
  for (auto* x : {&other, &nameless, &elsewhere}) {
    advance(*x);
    EXPECT_EQ(video(*x), 1U);
  }
}

TEST_F(jsmpeg_test, runs_a_camera_on_demand_from_start_to_stop) {
  set_phase("gate", phase::idle);
  auto x = connect(target("gate", ""));
  EXPECT_EQ(said(x), status("stopped"));
  EXPECT_TRUE(demanded.empty());
  act(x, "start");
  EXPECT_EQ(said(x), status("connecting"));
  EXPECT_FALSE(demanded.empty());
  act(x, "stop");
  demanded.clear();
  advance(x, 10s);
  EXPECT_TRUE(demanded.empty());
}

TEST_F(jsmpeg_test, answers_what_it_does_not_understand) {
  auto x = connect(target("gate", ""));
  said(x);
  x.session->on_text("start");
  EXPECT_NE(said(x).find("\"code\":\"INVALID_JSON\""), std::string::npos);
  act(x, "rewind");
  EXPECT_NE(said(x).find("\"code\":\"INVALID_ACTION\""), std::string::npos);
  x.session->on_text("{\"action\": []}");
  EXPECT_NE(said(x).find("\"code\":\"INVALID_ACTION\""), std::string::npos);
  EXPECT_EQ(x.peer->code, 0);
}

TEST_F(jsmpeg_test, closes_with_a_code_that_pages_can_see) {
  auto unknown = "/ws/stream?id=00000000-0000-4000-8000-000000000000";
  auto control = connect(unknown);
  EXPECT_EQ(control.peer->code, 4004);
  EXPECT_NE(said(control).find("\"code\":\"NOT_FOUND\""), std::string::npos);
  auto shown = connect(std::string{unknown} + "&video_only=true");
  EXPECT_EQ(shown.peer->code, 4004);
  EXPECT_EQ(said(shown), "") << "a player takes every message for video";
  EXPECT_EQ(connect("/ws/stream").peer->code, 4000);
  EXPECT_EQ(connect(target("gate", "&video_only=maybe")).peer->code, 4000);
  EXPECT_EQ(connect(target("gate", "&client_id=" + std::string(65, 'x'))).peer->code, 4000);
}

TEST_F(jsmpeg_test, tries_later_when_the_road_refuses) {
  auto x = connect(target("gate", "&video_only=true"));
  refuse("too many renditions");
  EXPECT_EQ(x.peer->code, 1013);
}

} // namespace
} // namespace camwall::http
