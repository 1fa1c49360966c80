#include "http/live/live_routes.hpp"
#include "tests/unit/http/live_fakes.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <optional>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

const principal administrator{role::administrator};
const feed_description picture{"video/mp4; codecs=\"avc1.64001f\"", "", 640, 360};

class live_sessions_test : public testing::Test {
protected:
  live_sessions_test() {
    put({"gate", "yard"});
    services.wall = &wall;
    services.live = &hub;
    services.live_observer = &observer;
    services.version = "1.2.3";
    services.build = "abc";
    services.demand = [this](std::string_view camera, std::string_view stream) {
      demands.push_back(std::string{camera} + "/" + std::string{stream});
    };
    services.live_limits.viewer_queue_bytes_max = 1'000;
    services.live_limits.peer_bytes_max = 100;
    services.live_limits.channels_max = 2;
    services.live_limits.walls = {"lobby"};
    sut.emplace(services, [this] { return now; });
  }

  static camera_snapshot camera(const std::string& id) {
    camera_snapshot x;
    x.id = id;
    x.phase = phase::live;
    x.grid_stream = "sub";
    x.streams.push_back({.name = "main", .status = phase::live});
    x.streams.push_back({.name = "sub", .status = phase::live});
    return x;
  }

  void put(const std::vector<std::string>& ids) {
    auto x = std::make_shared<wall_snapshot>();
    for (const auto& id : ids)
      x->cameras.push_back(camera(id));
    wall.publish(x);
  }

  /// Changes the first camera.
  template <class F>
  void change(F f) {
    auto x = std::make_shared<wall_snapshot>(*wall.load());
    f(x->cameras.front());
    wall.publish(x);
  }

  struct viewer {
    fake_peer peer;
    std::unique_ptr<websocket_session> session;
  };

  std::unique_ptr<viewer> open(const session_factory& make) {
    auto x = std::make_unique<viewer>();
    x->session = make(loop, x->peer);
    x->session->on_open();
    return x;
  }

  std::unique_ptr<viewer> open_wall(std::string_view query = {},
                                    const principal& who = administrator) {
    request x;
    x.query = query;
    return open(sut->wall(x, who));
  }

  std::unique_ptr<viewer> open_stream(std::string_view query,
                                      const principal& who = administrator) {
    request x;
    x.query = query;
    return open(sut->stream(x, who));
  }

  static void subscribe(viewer& x, int channel, const std::string& name,
                        const std::string& more = {}) {
    x.session->on_text(R"({"type":"subscribe","channel":)" + std::to_string(channel) +
                       R"(,"camera":")" + name + "\"" + more + "}");
  }

  void tick(viewer& x, std::chrono::milliseconds after = 250ms) {
    now += after;
    x.session->on_tick(now);
  }

  /// The peer has sent everything.
  static void drain(viewer& x) {
    x.peer.queued = 0;
    x.session->on_drained();
  }

  static std::vector<std::string> types(const std::vector<std::string>& texts) {
    std::vector<std::string> out;
    for (const auto& x : texts)
      out.push_back(json::parse(x).at("type"));
    return out;
  }

  /// The `code` of the only message.
  static std::string code_of(const std::vector<std::string>& texts) {
    return texts.size() == 1 ? json::parse(texts[0]).value("code", "none") : "not one message";
  }

  snapshot_cell wall;
  fake_hub hub;
  fake_loop loop;
  fake_observer observer;
  std::vector<std::string> demands;
  wall_services services;
  websocket_session::time_point now{1h};
  std::optional<live_routes> sut;
};

TEST_F(live_sessions_test, greets_and_tells_of_every_camera) {
  auto x = open_wall();
  auto said = x->peer.said();
  EXPECT_EQ(said.at(0), R"({"type":"hello","version":"1.2.3","build":"abc"})");
  EXPECT_THAT(types(said), ElementsAre("hello", "camera", "camera"));
  EXPECT_EQ(json::parse(said.at(2))["camera"]["id"], "yard");
  EXPECT_EQ(json::parse(said.at(2))["camera"]["grid_stream"], "sub");
}

TEST_F(live_sessions_test, tells_of_a_change_of_state_but_not_of_counters) {
  auto x = open_wall();
  tick(*x);
  x->peer.said();
  change([](camera_snapshot& c) {
    c.streams[1].frames = 100;
    c.streams[1].bitrate_bps = 0;
    c.restarts[0] = 1;
  });
  tick(*x);
  EXPECT_THAT(x->peer.said(), IsEmpty());
  change([](camera_snapshot& c) { c.phase = phase::stale; });
  tick(*x);
  auto said = x->peer.said();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(json::parse(said[0])["camera"]["phase"], "stale");
  tick(*x);
  EXPECT_THAT(x->peer.said(), IsEmpty());
}

TEST_F(live_sessions_test, waits_with_news_for_a_viewer_that_has_no_room_and_tells_the_last) {
  auto x = open_wall();
  x->peer.said();
  x->peer.queued = 100;
  for (auto p : {phase::stale, phase::connecting, phase::live, phase::backoff}) {
    change([&](camera_snapshot& c) { c.phase = p; });
    tick(*x);
  }
  EXPECT_THAT(x->peer.said(), IsEmpty());
  drain(*x);
  auto said = x->peer.said();
  ASSERT_EQ(said.size(), 1U);
  EXPECT_EQ(json::parse(said[0])["camera"]["phase"], "backoff");
}

TEST_F(live_sessions_test, opens_a_channel_with_the_grid_stream) {
  auto x = open_wall();
  x->peer.said();
  subscribe(*x, 7, "gate");
  ASSERT_EQ(hub.feeds.size(), 1U);
  EXPECT_EQ(hub.feeds.at(1).what, (feed_key{.camera = "gate", .stream = "sub"}));
  EXPECT_THAT(demands, ElementsAre("gate/sub"));
  EXPECT_EQ(observer.viewers[media_format::fmp4], 1);
  hub.describe(1, picture);
  hub.send(1, {.kind = chunk_kind::init, .payload = "I"});
  hub.send(1, {.keyframe = true, .discontinuity = true, .capture_us = 5, .payload = "K"});
  EXPECT_EQ(loop.run(), 1U) << "one job for all";
  auto said = x->peer.said();
  ASSERT_THAT(types(said), ElementsAre("opened"));
  EXPECT_EQ(json::parse(said[0])["channel"], 7);
  EXPECT_EQ(x->peer.payloads(), "I K");
  using namespace std::string_literals;
  EXPECT_EQ(x->peer.heads.at(1),
            "\x01\x01\x00\x07\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00\x05"s);
}

TEST_F(live_sessions_test, says_opened_after_what_was_before_it) {
  auto x = open_wall();
  x->peer.said();
  subscribe(*x, 1, "gate");
  hub.describe(1, picture);
  hub.key(1, std::string(100, 'a'));
  hub.delta(1, "b");
  hub.describe(1, picture);
  hub.key(1, "c");
  loop.run();
  EXPECT_EQ(x->peer.said().size(), 1U);
  EXPECT_EQ(x->peer.payloads(), std::string(100, 'a'));
  drain(*x);
  EXPECT_EQ(x->peer.said().size(), 1U);
  EXPECT_EQ(x->peer.payloads(), "b c");
}

TEST_F(live_sessions_test, refuses_what_does_not_exist_and_what_is_too_much) {
  auto x = open_wall();
  x->peer.said();
  subscribe(*x, 1, "moon");
  EXPECT_EQ(code_of(x->peer.said()), "not_found");
  change([](camera_snapshot& c) { c.streams.pop_back(); });
  subscribe(*x, 1, "gate", R"(,"stream":"sub")");
  EXPECT_EQ(code_of(x->peer.said()), "not_found");
  subscribe(*x, 1, "yard");
  subscribe(*x, 2, "yard");
  EXPECT_THAT(x->peer.said(), IsEmpty());
  subscribe(*x, 3, "yard");
  EXPECT_EQ(code_of(x->peer.said()), "too_many_channels");
  EXPECT_EQ(observer.limits["channels"], 1);
}

TEST_F(live_sessions_test, ends_a_channel_with_a_closed_and_nothing_after_it) {
  auto x = open_wall();
  x->peer.said();
  subscribe(*x, 1, "gate");
  hub.key(1, "K");
  x->session->on_text(R"({"type":"unsubscribe","channel":1})");
  EXPECT_EQ(code_of(x->peer.said()), "unsubscribed");
  loop.run();
  EXPECT_EQ(x->peer.payloads(), "");
  EXPECT_THAT(hub.feeds, IsEmpty());
  EXPECT_EQ(observer.viewers[media_format::fmp4], 0);
  x->session->on_text(R"({"type":"unsubscribe","channel":1})");
  EXPECT_EQ(code_of(x->peer.said()), "not_open");
}

TEST_F(live_sessions_test, replaces_a_channel_that_is_subscribed_anew) {
  auto x = open_wall();
  x->peer.said();
  subscribe(*x, 1, "gate");
  subscribe(*x, 1, "gate", R"(,"stream":"main","audio":true)");
  EXPECT_EQ(code_of(x->peer.said()), "replaced");
  ASSERT_EQ(hub.feeds.size(), 1U);
  EXPECT_EQ(hub.feeds.at(2).what.stream, "main");
  EXPECT_TRUE(hub.feeds.at(2).sound);
}

TEST_F(live_sessions_test, asks_for_what_is_watched_again_and_again) {
  auto x = open_wall();
  auto y = open_wall();
  subscribe(*x, 1, "gate");
  subscribe(*y, 1, "gate");
  EXPECT_THAT(demands, ElementsAre("gate/sub")) << "viewers share what they ask for";
  demands.clear();
  for (int i = 0; i < 40; ++i) { // 10 s
    tick(*x);
    tick(*y, 0ms);
  }
  EXPECT_GE(demands.size(), 4U);
  EXPECT_LE(demands.size(), 6U);
  x->session->on_text(R"({"type":"unsubscribe","channel":1})");
  y.reset();
  demands.clear();
  for (int i = 0; i < 40; ++i)
    tick(*x);
  EXPECT_THAT(demands, IsEmpty());
}

TEST_F(live_sessions_test, asks_for_no_camera_that_is_switched_off) {
  change([](camera_snapshot& c) { c.streams[1].status = phase::disabled; });
  auto x = open_wall();
  subscribe(*x, 1, "gate");
  tick(*x, 10s);
  EXPECT_THAT(demands, IsEmpty());
  change([](camera_snapshot& c) { c.streams[1].status = phase::idle; });
  tick(*x, 10s);
  EXPECT_THAT(demands, ElementsAre("gate/sub"));
}

TEST_F(live_sessions_test, ends_what_shows_a_camera_that_is_gone) {
  auto x = open_wall();
  subscribe(*x, 1, "yard");
  tick(*x);
  x->peer.said();
  put({"gate"});
  tick(*x);
  EXPECT_THAT(types(x->peer.said()), ElementsAre("closed", "removed"));
  EXPECT_THAT(hub.feeds, IsEmpty());
  auto y = open_stream("id=gate");
  tick(*y);
  put({});
  tick(*y);
  EXPECT_EQ(y->peer.code, close_code::not_found);
}

TEST_F(live_sessions_test, keeps_for_itself_what_the_peer_has_no_room_for) {
  auto x = open_wall();
  x->peer.said();
  subscribe(*x, 1, "gate");
  for (int gop = 0; gop < 20; ++gop) {
    hub.key(1, std::string(90, 'K'));
    hub.delta(1, std::string(90, 'D'));
    loop.run();
  }
  EXPECT_LE(x->peer.queued, 190U);
  EXPECT_GT(observer.dropped["behind"], 20U);
  tick(*x);
  EXPECT_THAT(x->peer.said(), IsEmpty()) << "no room for a notice either";
  x->peer.heads.clear();
  drain(*x);
  EXPECT_EQ(x->peer.heads.at(0).at(7), 5) << "keyframe, dropped before";
  auto said = x->peer.said();
  EXPECT_EQ(code_of(said), "dropped");
  EXPECT_EQ(json::parse(said.at(0))["dropped"], observer.dropped["behind"]);
  EXPECT_EQ(json::parse(said.at(0))["channel"], 1);
}

TEST_F(live_sessions_test, lets_a_slow_viewer_cost_the_others_nothing) {
  auto slow = open_wall();
  auto good = open_wall();
  subscribe(*slow, 1, "gate");
  subscribe(*good, 1, "gate");
  std::size_t got = 0;
  for (int i = 0; i < 100; ++i) {
    for (subscription_id id : {1, 2})
      hub.key(id, std::string(90, 'K'));
    loop.run();
    good->peer.queued = 0;
    got += good->peer.heads.size();
    good->peer.heads.clear();
  }
  EXPECT_EQ(got, 100U);
  EXPECT_LT(slow->peer.heads.size(), 5U);
}

TEST_F(live_sessions_test, loses_everything_alike_when_the_loop_does_not_keep_up) {
  services.live_limits.inbox_bytes_max = 1'000;
  auto x = open_wall();
  x->peer.said();
  subscribe(*x, 1, "gate");
  hub.key(1, "K1");
  for (int i = 0; i < 20; ++i)
    hub.delta(1, std::string(90, 'D'));
  hub.send(1, {.kind = chunk_kind::init, .payload = "I"});
  EXPECT_EQ(loop.run(), 1U);
  hub.delta(1, "D");
  hub.key(1, "K2");
  loop.run();
  x->peer.payloads();
  for (int i = 0; i < 10; ++i)
    drain(*x);
  EXPECT_TRUE(x->peer.payloads().ends_with("I K2"));
  EXPECT_EQ(observer.limits["live_inbox"], 1);
  EXPECT_GT(observer.dropped["loop"], 10U);
}

TEST_F(live_sessions_test, answers_nonsense_and_ends_who_goes_on_with_it) {
  auto x = open_wall();
  x->peer.said();
  x->session->on_text("{}");
  EXPECT_EQ(code_of(x->peer.said()), "bad_message");
  x->session->on_binary("\x01");
  EXPECT_EQ(code_of(x->peer.said()), "bad_message");
  for (int i = 0; i < 7; ++i)
    x->session->on_text("x");
  EXPECT_EQ(x->peer.code, 0);
  x->session->on_text("x");
  EXPECT_EQ(x->peer.code, close_code::bad_request);
}

TEST_F(live_sessions_test, knows_the_walls_that_are_configured) {
  auto x = open_wall("wall=lobby");
  auto y = open_wall("wall=attic");
  auto z = open_wall();
  EXPECT_THAT(types(y->peer.said()), ElementsAre("hello", "notice", "camera", "camera"));
  EXPECT_EQ(observer.walls["lobby"], 1);
  EXPECT_EQ(observer.walls[""], 2);
  x.reset();
  EXPECT_EQ(observer.walls["lobby"], 0);
}

TEST_F(live_sessions_test, sends_bare_chunks_over_a_stream) {
  auto x = open_stream("id=gate&format=mpegts");
  hub.describe(1, {"video/mp2t", "", 640, 360});
  hub.delta(1, "D0");
  hub.key(1, "K1");
  hub.delta(1, "D1");
  loop.run();
  EXPECT_EQ(x->peer.payloads(), "K1 D1");
  EXPECT_THAT(x->peer.heads, testing::Each(IsEmpty()));
  tick(*x);
  EXPECT_THAT(x->peer.said(), IsEmpty()) << "players expect nothing but pictures";
  auto y = open_stream("id=gate");
  hub.describe(2, picture);
  loop.run();
  EXPECT_THAT(types(y->peer.said()), ElementsAre("opened"));
}

TEST_F(live_sessions_test, tells_by_a_close_code_why_there_is_no_stream) {
  auto code = [&](std::string_view query, const principal& who = administrator) {
    return open_stream(query, who)->peer.code;
  };
  EXPECT_EQ(code("format=x"), close_code::bad_request);
  EXPECT_EQ(code("id=moon"), close_code::not_found);
  EXPECT_EQ(code("id=gate", principal{}), close_code::not_allowed);
  EXPECT_EQ(open_wall("", principal{})->peer.code, close_code::not_allowed);
  services.live_limits.subscriptions_max = 1;
  auto first = open_stream("id=gate");
  EXPECT_EQ(first->peer.code, 0);
  EXPECT_EQ(code("id=gate"), close_code::try_again_later);
  hub.feeds.at(1).sink->on_refused(1, "no such coding");
  loop.run();
  EXPECT_EQ(first->peer.code, close_code::not_found);
  EXPECT_EQ(first->peer.reason, "no such coding");
  EXPECT_EQ(code("id=gate"), 0) << "the place is free again";
  services.live = nullptr;
  EXPECT_EQ(code("id=gate"), close_code::try_again_later);
}

TEST_F(live_sessions_test, outlives_what_comes_after_the_last_viewer_has_left) {
  auto x = open_wall();
  subscribe(*x, 1, "gate");
  auto sink = hub.feeds.at(1).sink;
  hub.key(1, "K");
  x.reset();
  loop.run();
  subscription_id id = 1;
  sink->on_chunk({&id, 1}, std::make_shared<media_chunk>());
  EXPECT_THAT(loop.jobs, IsEmpty()) << "the loop may be gone by now";
}

} // namespace
} // namespace camwall::http
