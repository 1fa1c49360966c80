#include "http/api/event_feed.hpp"

#include "http/api/event_stream.hpp"
#include "tests/support/fake_catalogue.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;

class event_feed_test : public testing::Test {
protected:
  event_feed_test() {
    services.wall = &wall;
    services.catalogue = &catalogue;
    publish({"a", "b"}, phase::live);
    feed = std::make_shared<event_feed>(services, event_limits{.events_max = 4, .streams_max = 1});
    feed->refresh();
  }

  void publish(std::vector<std::string> ids, phase how) {
    auto x = std::make_shared<wall_snapshot>();
    for (auto& id : ids) {
      camera_snapshot camera;
      camera.id = std::move(id);
      camera.phase = how;
      x->cameras.push_back(camera);
    }
    wall.publish(x);
  }

  std::string names() {
    feed->refresh();
    std::string out;
    auto events = feed->after(seen, 1'000'000);
    if (!events)
      return "forgotten";
    for (const auto& x : *events) {
      out.append(x.name).append(x.camera.empty() ? "" : ":").append(x.camera).append(" ");
      seen = x.number;
    }
    return out;
  }

  std::unique_ptr<event_stream> listen(const std::string& last_id = {}) {
    EXPECT_TRUE(feed->enter());
    return std::make_unique<event_stream>(
      feed, event_stream::parts{
              .last_id = last_id,
              .hello = R"({"version":"1"})",
              .may_know =
                [](const event_feed::event& x) {
                  return x.needs == action::view_state && x.camera != "secret";
                },
              .on_limit = [this](std::string_view x) { limits += x; },
            });
  }

  snapshot_cell wall;
  test::fake_catalogue catalogue;
  wall_services services;
  std::shared_ptr<event_feed> feed;
  std::uint64_t seen = 0;
  std::string limits;
  std::chrono::steady_clock::time_point now{1h};
};

TEST_F(event_feed_test, tells_what_changed_and_nothing_else) {
  EXPECT_EQ(names(), "");
  publish({"a", "b"}, phase::live);
  EXPECT_EQ(names(), "");
  publish({"a", "c"}, phase::live);
  EXPECT_EQ(names(), "camera:c camera_removed:b ");
  publish({"a", "c"}, phase::stale);
  EXPECT_EQ(names(), "camera:a camera:c ");
}

TEST_F(event_feed_test, tells_of_the_configuration_and_of_reloads_that_fail) {
  catalogue.apply({.what = camera_change::kind::patch, .id = "gate", .body = R"({"label":"x"})"},
                  [](const auto&) {});
  feed->refresh();
  EXPECT_EQ(feed->after(0, 1000)->front().data,
            R"({"generation":2,"added":[],"changed":["gate"],"removed":[]})");
  catalogue.reload([](const auto&) {});
  catalogue.broken = true;
  EXPECT_EQ(names(), "configuration ");
  catalogue.reload([](const auto&) {});
  EXPECT_EQ(names(), "reload_failed ");
}

TEST_F(event_feed_test, remembers_so_many_events_and_says_when_some_are_forgotten) {
  auto first = feed->id_of(0);
  publish({"a", "b"}, phase::stale);
  feed->refresh();
  EXPECT_TRUE(feed->resume(first).known);
  publish({"a", "b"}, phase::live);
  feed->refresh();
  EXPECT_TRUE(feed->resume(first).known);
  publish({"a", "b"}, phase::stale);
  feed->refresh();
  EXPECT_FALSE(feed->resume(first).known);
  EXPECT_EQ(names(), "forgotten");
  EXPECT_TRUE(feed->resume(feed->id_of(feed->newest())).known);
  for (auto x : {"", "1", "1-1", "x-1"})
    EXPECT_FALSE(feed->resume(x).known) << x;
  EXPECT_FALSE(feed->resume(feed->id_of(feed->newest() + 1)).known);
}

TEST_F(event_feed_test, greets_and_then_tells_only_what_the_listener_may_know) {
  auto sut = listen();
  EXPECT_EQ(sut->take(now), "retry: 3000\n\nevent: hello\nid: " + feed->id_of(0) +
                              "\ndata: {\"version\":\"1\"}\n\n");
  EXPECT_EQ(sut->take(now), "");
  publish({"a", "b", "secret"}, phase::live);
  EXPECT_EQ(sut->take(now), "");
  publish({"a", "secret"}, phase::live);
  EXPECT_EQ(sut->take(now),
            "event: camera_removed\nid: " + feed->id_of(2) + "\ndata: {\"id\":\"b\"}\n\n");
}

TEST_F(event_feed_test, tells_who_knows_some_cameras_of_these_also_when_they_are_gone) {
  principal who{.role = role::operator_,
                .scope = std::make_shared<const camera_scope>(
                  camera_scope{.cameras = {"gate"}, .groups = {"yard"}})};
  auto heard = [&](std::string_view name, action needs, const std::string& camera,
                   const std::string& group) {
    return may_hear(who,
                    {.name = name, .needs = needs, .camera = camera, .group = group, .data = {}});
  };
  EXPECT_TRUE(heard("camera_removed", action::view_state, "shed", "yard"));
  EXPECT_TRUE(heard("camera", action::view_state, "gate", ""));
  EXPECT_FALSE(heard("camera", action::view_state, "shed", "other"));
  EXPECT_FALSE(heard("configuration", action::view_configuration, "", "")) << "it names the others";
  who.scope = nullptr;
  EXPECT_TRUE(heard("configuration", action::view_configuration, "", ""));
  who.role = role::viewer;
  EXPECT_FALSE(heard("configuration", action::view_configuration, "", ""));
  auto x = std::make_shared<wall_snapshot>(*wall.load());
  x->cameras.at(0).group = "yard";
  wall.publish(x);
  feed->refresh();
  wall.publish(std::make_shared<wall_snapshot>());
  feed->refresh();
  auto events = feed->after(0, 1'000'000);
  ASSERT_TRUE(events);
  auto gone = std::find_if(events->begin(), events->end(), [&](const auto& y) {
    return y.name == "camera_removed" && y.camera == x->cameras[0].id;
  });
  ASSERT_NE(gone, events->end());
  EXPECT_EQ(gone->group, "yard");
}

TEST_F(event_feed_test, goes_on_where_a_listener_was) {
  auto id = feed->id_of(0);
  publish({"a", "c"}, phase::live);
  auto sut = listen(id);
  EXPECT_EQ(sut->take(now), "retry: 3000\n\n");
  auto text = sut->take(now);
  EXPECT_NE(text->find("event: camera_removed"), std::string::npos);
  sut.reset();
  EXPECT_NE(listen("123-4")->take(now)->find("event: resync"), std::string::npos);
}

TEST_F(event_feed_test, shows_that_it_is_alive_and_ends_after_a_while) {
  auto sut = listen();
  sut->take(now);
  EXPECT_EQ(sut->take(now + 14s), "");
  EXPECT_EQ(sut->take(now + 15s), ": alive\n\n");
  EXPECT_EQ(sut->take(now + 16s), "");
  EXPECT_FALSE(sut->take(now + 901s));
}

TEST_F(event_feed_test, ends_a_listener_that_falls_behind) {
  auto sut = listen();
  sut->take(now);
  for (auto how : {phase::stale, phase::live, phase::stale}) {
    publish({"a", "b"}, how);
    feed->refresh();
  }
  EXPECT_FALSE(sut->take(now));
  EXPECT_EQ(limits, "event_queue");
}

TEST_F(event_feed_test, lets_so_many_listen) {
  auto sut = listen();
  EXPECT_FALSE(feed->enter());
  sut.reset();
  EXPECT_TRUE(feed->enter());
}

} // namespace
} // namespace camwall::http
