#include "tests/unit/http_compat/compat_fixture.hpp"

#include <nlohmann/json.hpp>

#include <fstream>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;

class django_jpeg_test : public compat_fixture {
protected:
  django_jpeg_test() : compat_fixture(compat_profile::django_jpeg) {
    // nop
  }

  void command(fake_socket& x, const std::string& word, const std::string& url = {}) {
    nlohmann::json text{{"command", word}};
    if (!url.empty())
      text["rtsp_url"] = url;
    now += 1s;
    x.session->on_text(text.dump());
  }

  /// Sends one picture and says what arrived.
  std::size_t picture(fake_socket& x, const std::string& payload = "jpeg") {
    received(x);
    send(payload);
    return received(x).size();
  }
};

TEST_F(django_jpeg_test, shows_the_camera_that_the_address_means) {
  auto x = connect("/ws/stream/?url=rtsp%3A%2F%2Fu%3A50%25%40gate%2F&stream_id=2");
  ASSERT_EQ(hub.feeds.size(), 1U);
  const auto& feed = hub.feeds.begin()->second.what;
  EXPECT_EQ(feed.camera, "gate");
  EXPECT_EQ(feed.format, media_format::jpeg);
  EXPECT_EQ(feed.width, 640);
  EXPECT_EQ(feed.height, 480);
  send("jpeg");
  EXPECT_EQ(received(x), std::vector<std::string>{"jpeg"});
}

TEST_F(django_jpeg_test, shows_the_camera_that_has_the_number) {
  auto x = connect("/ws/stream/?stream_id=2");
  EXPECT_EQ(hub.feeds.begin()->second.what.camera, "yard");
  EXPECT_EQ(hub.feeds.begin()->second.what.stream, "sub");
  EXPECT_FALSE(demanded.empty());
}

TEST_F(django_jpeg_test, refuses_addresses_and_numbers_that_are_no_cameras) {
  auto x = connect("/ws/stream/?url=rtsp://u:secret@elsewhere/");
  EXPECT_EQ(x.peer->code, 4001);
  EXPECT_NE(said(x).find("addresses that clients supply are off"), std::string::npos);
  EXPECT_EQ(x.peer->reason.find("secret"), std::string::npos);
  EXPECT_EQ(connect("/ws/stream/?stream_id=3").peer->code, 4004);
  EXPECT_EQ(connect("/ws/stream/?stream_id=x").peer->code, 4004);
  EXPECT_TRUE(hub.feeds.empty());
}

TEST_F(django_jpeg_test, finds_cameras_whose_numbers_began_anew_at_the_unix_time) {
  std::ofstream{folder.path() / "ids.json"} << "damaged";
  ids = std::move(
    compat_ids::load(folder.path() / "ids.json", std::vector<std::string>{"gate", "yard"})->ids);
  start();
  auto number = std::to_string(ids.find("yard")->number);
  ASSERT_EQ(number.size(), 10U);
  auto x = connect("/ws/stream/?stream_id=" + number);
  ASSERT_EQ(hub.feeds.size(), 1U);
  EXPECT_EQ(hub.feeds.begin()->second.what.camera, "yard");
  EXPECT_EQ(get("/api/streams/" + number + "/").status, 200);
}

TEST_F(django_jpeg_test, finds_a_camera_that_nobody_configured_by_its_number) {
  find_adhoc_ = [](std::uint64_t number) -> std::optional<adhoc_camera> {
    if (number != 9'007'199'254'740'991)
      return std::nullopt;
    return adhoc_camera{
      .stream = {"yard", "main"}, .number = number, .lease = std::make_shared<int>()};
  };
  start();
  auto x = connect("/ws/stream/?stream_id=9007199254740991");
  ASSERT_EQ(hub.feeds.size(), 1U);
  EXPECT_EQ(hub.feeds.begin()->second.what.stream, "main");
  for (const auto* other : {"9007199254740990", "90071992547409910", "-1", "0x10"})
    EXPECT_EQ(get("/api/streams/" + std::string{other} + "/").status, 404) << other;
  EXPECT_EQ(connect("/ws/stream/?stream_id=9007199254740990").peer->code, 4004);
}

TEST_F(django_jpeg_test, waits_for_start_when_the_query_names_no_camera) {
  auto x = connect("/ws/stream/");
  command(x, "start");
  EXPECT_EQ(said(x).find("{\"error\":\"start needs rtsp_url"), 0U);
  command(x, "start", "rtsp://yard/sub");
  EXPECT_EQ(picture(x), 1U);
  command(x, "start", "rtsp://elsewhere/");
  EXPECT_EQ(x.peer->code, 4001);
  EXPECT_TRUE(hub.feeds.empty());
}

TEST_F(django_jpeg_test, pauses_resumes_stops_and_closes) {
  auto x = connect("/ws/stream/?stream_id=1");
  command(x, "pause");
  EXPECT_EQ(picture(x), 0U);
  command(x, "pause");
  command(x, "resume");
  command(x, "resume");
  EXPECT_EQ(hub.feeds.size(), 1U);
  EXPECT_EQ(picture(x), 1U);
  command(x, "stop_stream");
  EXPECT_EQ(picture(x), 0U);
  EXPECT_EQ(said(x), "");
  command(x, "resume");
  EXPECT_EQ(said(x), "{\"error\":\"nothing was started\"}\n");
  command(x, "start");
  EXPECT_EQ(picture(x), 1U);
  command(x, "close");
  EXPECT_EQ(x.peer->code, 1000);
}

TEST_F(django_jpeg_test, ends_nobody_elses_stream) {
  auto x = connect("/ws/stream/?stream_id=1");
  auto other = connect("/ws/stream/?stream_id=1");
  command(x, "stop_stream");
  EXPECT_EQ(picture(other), 1U);
  x.session.reset();
  EXPECT_EQ(picture(other), 1U);
}

TEST_F(django_jpeg_test, gives_figures_with_every_75th_picture) {
  auto x = connect("/ws/stream/?stream_id=1");
  for (int i = 0; i < 150; ++i) {
    now += 40ms;
    picture(x);
  }
  ASSERT_EQ(x.peer->texts.size(), 2U);
  auto stats = nlohmann::json::parse(x.peer->texts[1]);
  EXPECT_EQ(stats["type"], "performance_stats");
  EXPECT_EQ(stats["stats"]["current_fps"], 25.0);
  EXPECT_EQ(stats["stats"]["total_frames"], 150);
  EXPECT_NEAR(stats["stats"]["uptime"].get<double>(), 6.25, 0.01);
}

TEST_F(django_jpeg_test, computes_the_rate_without_pauses) {
  auto x = connect("/ws/stream/?stream_id=1");
  for (int i = 0; i < 70; ++i)
    picture(x);
  command(x, "pause");
  now += 60s;
  command(x, "resume");
  for (int i = 0; i < 5; ++i) {
    now += 100ms;
    picture(x);
  }
  ASSERT_EQ(x.peer->texts.size(), 1U);
  EXPECT_EQ(nlohmann::json::parse(x.peer->texts[0])["stats"]["current_fps"], 10.0);
}

TEST_F(django_jpeg_test, gives_a_slow_viewer_the_newest_picture_and_counts_the_others) {
  auto x = connect("/ws/stream/?stream_id=1");
  for (const auto* picture : {"1", "2", "3", "4"})
    send(picture);
  EXPECT_EQ(received(x), std::vector<std::string>{"1"});
  EXPECT_EQ(received(x), std::vector<std::string>{"4"});
  EXPECT_EQ(observer.dropped["behind"], 2U);
}

TEST_F(django_jpeg_test, says_once_that_the_camera_is_away) {
  auto x = connect("/ws/stream/?stream_id=1");
  set_phase("gate", phase::backoff, reason::refused, "the camera refuses");
  advance(x);
  advance(x);
  EXPECT_EQ(said(x), "{\"error\":\"the camera refuses\"}\n");
  set_phase("gate", phase::live);
  advance(x);
  EXPECT_EQ(picture(x), 1U);
  set_phase("gate", phase::disabled);
  advance(x);
  EXPECT_EQ(said(x), "{\"error\":\"the camera is disabled\"}\n");
  EXPECT_EQ(x.peer->code, 0);
}

TEST_F(django_jpeg_test, names_the_limit_that_keeps_the_camera_back) {
  auto x = connect("/ws/stream/?stream_id=1");
  set_phase("gate", phase::idle, reason::resources, "as many as may (limits.streams_max)");
  advance(x, 2s);
  EXPECT_EQ(said(x), "") << "that may be of an earlier try";
  advance(x, 2s);
  advance(x, 2s);
  EXPECT_EQ(said(x), "{\"error\":\"as many as may (limits.streams_max)\"}\n");
  EXPECT_EQ(x.peer->code, 0);
}

TEST_F(django_jpeg_test, bounds_commands_in_rate_and_nonsense_in_number) {
  auto x = connect("/ws/stream/?stream_id=1");
  for (const auto* text : {"", "[]", "{\"command\": 7}", "{\"command\": \"rewind\"}", "\"start\""})
    x.session->on_text(text);
  EXPECT_EQ(x.peer->texts.size(), 5U);
  EXPECT_EQ(x.peer->code, 0);
  for (int i = 0; i < 10; ++i)
    x.session->on_text("{}");
  EXPECT_EQ(x.peer->code, 4000);
  auto other = connect("/ws/stream/?stream_id=1");
  for (int i = 0; i < 21; ++i)
    other.session->on_text("{\"command\": \"start\"}");
  EXPECT_EQ(other.peer->code, 1008);
  EXPECT_EQ(observer.limits["compat_commands"], 1);
}

TEST_F(django_jpeg_test, tells_what_the_road_refuses) {
  auto x = connect("/ws/stream/?stream_id=1");
  refuse("too many sizes of one picture");
  EXPECT_EQ(said(x), "{\"error\":\"too many sizes of one picture\"}\n");
  EXPECT_EQ(x.peer->code, 1013);
}

TEST_F(django_jpeg_test, lists_streams_under_one_key) {
  auto list = nlohmann::json::parse(get("/api/streams/").body);
  ASSERT_EQ(list["streams"].size(), 2U);
  EXPECT_EQ(list["streams"][1]["id"], 2);
  EXPECT_EQ(list["streams"][1]["ws_url"], "ws://127.0.0.1:8001/ws/stream/?stream_id=2");
  EXPECT_EQ(nlohmann::json::parse(get("/api/streams/1/").body)["stream"]["name"], "The gate");
  // Not the number that is left of it in 32 bits.
  EXPECT_EQ(get("/api/streams/4294967297/").status, 404);
  EXPECT_EQ(get("/api/streams/3/").status, 404);
}

} // namespace
} // namespace camwall::http
