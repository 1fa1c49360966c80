#include "http/snapshot_routes.hpp"

#include "http/dispatcher.hpp"

#include <gtest/gtest.h>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;

class fake_source final : public snapshot_source {
public:
  void take(snapshot_request what, std::function<void(snapshot_result)> done) override {
    asked.push_back(std::move(what));
    done(answer);
  }
  snapshot_statistics statistics() const override {
    snapshot_statistics out;
    out.time_to_live = 2000ms;
    out.pictures = 3;
    out.cameras = {"gate"};
    return out;
  }
  void clear(std::string_view camera) override {
    cleared.emplace_back(camera);
  }

  std::vector<snapshot_request> asked;
  std::vector<std::string> cleared;
  snapshot_result answer;
};

class snapshot_routes_test : public testing::Test {
protected:
  snapshot_routes_test() {
    camera_snapshot camera;
    camera.id = "gate";
    camera.grid_stream = "main";
    camera.streams.resize(1);
    camera.streams[0].name = "main";
    auto x = std::make_shared<wall_snapshot>();
    x->cameras = {camera};
    wall.publish(x);
    picture(false, 3s);
  }

  void picture(bool last, std::chrono::seconds age) {
    auto x = std::make_shared<snapshot>();
    x->jpeg = "picture";
    x->width = 640;
    x->height = 360;
    x->taken = std::chrono::system_clock::now() - age - 500ms;
    x->last_known = last;
    x->etag = "tag";
    source.answer = {.picture = x, .why = last ? "the camera refuses" : ""};
  }

  response ask(http::method verb, const std::string& target, std::vector<header_field> fields = {},
               bool local = true) {
    wall_services services;
    services.wall = &wall;
    services.snapshots = &source;
    dispatcher sut{{}, services};
    request x;
    x.method = verb;
    auto question = std::min(target.find('?'), target.size());
    x.path = target.substr(0, question);
    if (question < target.size())
      x.query = std::string_view{target}.substr(question + 1);
    x.host = "127.0.0.1:8080";
    x.from_loopback = local;
    x.headers = fields;
    auto out = sut.answer(x);
    if (!out.later)
      return out;
    response late;
    out.later([&](response y) { late = std::move(y); });
    late.route = out.route;
    return late;
  }

  static bool has(const response& x, const std::string& line) {
    return x.fields.find(line + "\r\n") != std::string::npos;
  }

  snapshot_cell wall;
  fake_source source;
};

const std::string path = "/api/v1/cameras/gate/snapshot.jpg";

TEST_F(snapshot_routes_test, a_live_picture_says_its_age_and_for_how_long_it_is_good) {
  auto x = ask(method::get, path + "?width=320&height=240&quality=50&max_age=7&stream=main");
  EXPECT_EQ(x.status, 200);
  EXPECT_EQ(x.body, "picture");
  EXPECT_TRUE(has(x, "Content-Type: image/jpeg"));
  EXPECT_TRUE(has(x, "Age: 3"));
  EXPECT_TRUE(has(x, "ETag: \"tag\""));
  EXPECT_TRUE(has(x, "Camwall-Snapshot: live"));
  EXPECT_TRUE(has(x, "Cache-Control: private, max-age=2"));
  EXPECT_NE(x.fields.find("Last-Modified: "), std::string::npos);
  EXPECT_EQ(x.route, "/api/v1/cameras/:id/snapshot.jpg");
  const auto& asked = source.asked.at(0);
  EXPECT_EQ(asked.camera, "gate");
  EXPECT_EQ(asked.stream, "main");
  EXPECT_EQ(asked.width, 320);
  EXPECT_EQ(asked.height, 240);
  EXPECT_EQ(asked.quality, 50);
  EXPECT_EQ(asked.max_age, 7000ms);
  ask(method::head, path);
  EXPECT_FALSE(source.asked.at(1).max_age);
}

TEST_F(snapshot_routes_test, a_known_picture_is_not_sent_again) {
  auto x = ask(method::get, path, {{"If-None-Match", "\"old\", W/\"tag\""}});
  EXPECT_EQ(x.status, 304);
  EXPECT_TRUE(x.body.empty());
  EXPECT_TRUE(has(x, "ETag: \"tag\""));
  EXPECT_EQ(ask(method::get, path, {{"If-None-Match", "\"old\""}}).status, 200);
}

TEST_F(snapshot_routes_test, a_last_picture_is_marked_and_says_why) {
  picture(true, 90s);
  auto x = ask(method::get, path);
  EXPECT_EQ(x.status, 200);
  EXPECT_TRUE(has(x, "Camwall-Snapshot: last"));
  EXPECT_TRUE(has(x, "Camwall-Snapshot-Reason: the camera refuses"));
  EXPECT_TRUE(has(x, "Age: 90"));
  EXPECT_TRUE(has(x, "Cache-Control: private, no-cache"));
}

TEST_F(snapshot_routes_test, no_picture_is_503_with_the_reason_and_when_to_ask_again) {
  source.answer = {.picture = nullptr, .why = "the camera refuses", .retry_after = 7s};
  auto x = ask(method::get, path);
  EXPECT_EQ(x.status, 503);
  EXPECT_TRUE(has(x, "Retry-After: 7"));
  EXPECT_NE(x.body.find("the camera refuses"), std::string::npos);
  EXPECT_NE(x.body.find("no_picture"), std::string::npos);
}

TEST_F(snapshot_routes_test, what_makes_no_sense_is_refused_before_anything_is_made) {
  for (const auto* query : {"?width=15", "?width=4081", "?height=x", "?quality=0", "?quality=101",
                            "?max_age=-1", "?max_age=86401"})
    EXPECT_EQ(ask(method::get, path + query).status, 400) << query;
  EXPECT_EQ(ask(method::get, path + "?stream=sub").status, 404);
  EXPECT_EQ(ask(method::get, "/api/v1/cameras/other/snapshot.jpg").status, 404);
  EXPECT_EQ(ask(method::get, path, {}, false).status, 403);
  EXPECT_TRUE(source.asked.empty());
}

TEST_F(snapshot_routes_test, refresh_passes_the_cache_over_and_describes_the_picture) {
  auto x = ask(method::post, "/api/v1/cameras/gate/snapshot/refresh?width=64");
  EXPECT_EQ(x.status, 200);
  EXPECT_EQ(source.asked.at(0).max_age, 0ms);
  EXPECT_NE(x.body.find("\"snapshot\":\"live\""), std::string::npos);
  EXPECT_NE(x.body.find("\"etag\":\"tag\""), std::string::npos);
}

TEST_F(snapshot_routes_test, the_cache_tells_what_it_holds_and_is_emptied) {
  auto x = ask(method::get, "/api/v1/snapshots");
  EXPECT_NE(x.body.find("\"pictures\":3"), std::string::npos);
  EXPECT_NE(x.body.find("\"cameras\":[\"gate\"]"), std::string::npos);
  EXPECT_EQ(ask(method::del, "/api/v1/snapshots").status, 204);
  EXPECT_EQ(source.cleared, std::vector<std::string>{""});
}

} // namespace
} // namespace camwall::http
