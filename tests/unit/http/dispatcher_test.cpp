#include "http/dispatcher.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace camwall::http {
namespace {

class dispatcher_test : public testing::Test {
protected:
  dispatcher_test() {
    folder.write("index.html", "<!doctype html>");
    auto x = std::make_shared<wall_snapshot>();
    for (auto id : {"a", "b", "c"}) {
      camera_snapshot camera;
      camera.id = id;
      x->cameras.push_back(camera);
    }
    wall.publish(x);
  }

  wall_services services() {
    wall_services x;
    x.wall = &wall;
    x.demand = [](std::string_view, std::string_view) {};
    x.order = [this](std::string_view camera, camera_order what) {
      ordered = std::string{camera} + ' ' + std::string{to_string(what)};
    };
    x.metrics = [this]() -> std::string {
      if (fail)
        throw std::runtime_error("out of order");
      return "up 1\n";
    };
    x.ready = [this] { return ready; };
    x.static_dir = folder.path();
    x.version = "1.2.3";
    x.build = "abc";
    return x;
  }

  response ask(method how, std::string path, std::span<const header_field> fields = {},
               std::string_view query = {}) {
    request x;
    x.method = how;
    x.path = std::move(path);
    x.query = query;
    x.host = "localhost";
    x.headers = fields;
    x.from_loopback = loopback;
    return sut.answer(x);
  }

  response get(std::string path) {
    return ask(method::get, std::move(path));
  }

  static bool has(const response& x, std::string_view text) {
    return x.fields.find(text) != std::string::npos || x.body.find(text) != std::string::npos;
  }

  test::temporary_folder folder;
  snapshot_cell wall;
  std::string ordered;
  bool ready = true;
  bool fail = false;
  bool loopback = true;
  dispatcher sut{{}, services()};
};

TEST_F(dispatcher_test, gives_the_page_to_browsers_and_a_status_to_programs) {
  EXPECT_EQ(get("/").body, "{\"status\":\"ok\"}\n");
  std::array<header_field, 1> accept{{{"Accept", "text/html,*/*;q=0.8"}}};
  auto x = ask(method::get, "/", accept);
  EXPECT_EQ(x.body, "<!doctype html>");
  EXPECT_TRUE(has(x, "Vary: Accept"));
  EXPECT_TRUE(has(x, "media-src 'self' blob:"));
  EXPECT_TRUE(has(x, "frame-ancestors 'self'"));
  EXPECT_TRUE(has(x, "X-Content-Type-Options: nosniff"));
  EXPECT_TRUE(has(x, "Referrer-Policy: no-referrer"));
}

TEST_F(dispatcher_test, pages_through_the_cameras) {
  auto x = ask(method::get, "/api/v1/cameras", {}, "offset=1&limit=1");
  EXPECT_TRUE(has(x, "\"id\":\"b\""));
  EXPECT_FALSE(has(x, "\"id\":\"a\""));
  EXPECT_TRUE(has(x, "\"next\":2"));
  for (auto query : {"offset=x", "limit=0", "limit=1001", "limit=", "offset=-1"})
    EXPECT_EQ(ask(method::get, "/api/v1/cameras", {}, query).status, 400) << query;
  EXPECT_EQ(get("/api/v1/cameras/c").status, 200);
  EXPECT_TRUE(has(get("/api/v1/cameras/d"), "camera_not_found"));
}

TEST_F(dispatcher_test, gives_the_events_of_a_camera_newest_first) {
  event_history history{10};
  for (int i = 0; i < 3; ++i)
    history.add({.stream = "main", .after = phase::live});
  auto changed = std::make_shared<wall_snapshot>(*wall.load());
  changed->cameras[0].events = history.list();
  wall.publish(changed);
  auto x = ask(method::get, "/api/v1/cameras/a/events", {}, "limit=2");
  EXPECT_TRUE(has(x, "{\"events\":[{\"sequence\":3,"));
  EXPECT_TRUE(has(x, "\"next\":2}"));
  EXPECT_TRUE(has(ask(method::get, "/api/v1/cameras/a/events", {}, "before=2"), "\"next\":null}"));
  EXPECT_EQ(get("/api/v1/cameras/b/events").body, "{\"events\":[],\"next\":null}");
  EXPECT_TRUE(has(get("/api/v1/cameras/d/events"), "camera_not_found"));
  for (auto query : {"before=x", "limit=0", "limit=201"})
    EXPECT_EQ(ask(method::get, "/api/v1/cameras/a/events", {}, query).status, 400) << query;
}

TEST_F(dispatcher_test, takes_orders_of_the_administrator) {
  for (auto what : {"restart", "retry", "enable", "disable"}) {
    auto x = ask(method::post, std::string{"/api/v1/cameras/a/"} + what);
    EXPECT_EQ(x.status, 202) << what;
    EXPECT_TRUE(has(x, "\"id\":\"a\"")) << what;
    EXPECT_EQ(ordered, std::string{"a "} + what);
  }
  ordered.clear();
  EXPECT_TRUE(has(ask(method::post, "/api/v1/cameras/d/restart"), "camera_not_found"));
  EXPECT_EQ(ask(method::post, "/api/v1/cameras/a/explode").status, 404);
  auto looked = get("/api/v1/cameras/a/restart");
  EXPECT_EQ(looked.status, 405);
  EXPECT_TRUE(has(looked, "Allow: POST, OPTIONS"));
  EXPECT_EQ(ordered, "");
}

TEST_F(dispatcher_test, takes_no_orders_of_viewers_and_of_foreign_pages) {
  std::array<header_field, 1> foreign{{{"Origin", "http://evil.example"}}};
  EXPECT_TRUE(has(ask(method::post, "/api/v1/cameras/a/disable", foreign), "cross_origin"));
  listen_options open;
  open.open_access = true;
  dispatcher opened{open, services()};
  request x;
  x.method = method::post;
  x.path = "/api/v1/cameras/a/disable";
  x.host = "localhost";
  auto out = opened.answer(x);
  EXPECT_EQ(out.status, 403);
  EXPECT_TRUE(has(out, "not_allowed"));
  EXPECT_EQ(ordered, "");
}

TEST_F(dispatcher_test, is_ready_only_when_the_wall_is_up) {
  EXPECT_EQ(get("/readyz").status, 200);
  ready = false;
  EXPECT_TRUE(has(get("/readyz"), "not_ready"));
  EXPECT_EQ(get("/livez").status, 200);
  EXPECT_EQ(get("/health").body, "{\"status\":\"ok\"}\n");
  EXPECT_EQ(get("/version").body, "{\"version\":\"1.2.3\",\"build\":\"abc\"}\n");
}

TEST_F(dispatcher_test, labels_answers_with_the_pattern_never_with_the_path) {
  EXPECT_EQ(get("/api/v1/cameras/d").route, "/api/v1/cameras/:id");
  EXPECT_EQ(get("/etc/passwd").route, "unmatched");
  EXPECT_EQ(ask(method::post, "/livez").route, "/livez");
}

TEST_F(dispatcher_test, says_which_methods_a_path_has) {
  auto x = ask(method::post, "/livez");
  EXPECT_EQ(x.status, 405);
  EXPECT_TRUE(has(x, "Allow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_TRUE(has(x, "method_not_allowed"));
  x = ask(method::options, "/livez");
  EXPECT_EQ(x.status, 204);
  EXPECT_TRUE(has(x, "Allow: GET, HEAD, OPTIONS\r\n"));
  EXPECT_EQ(ask(method::options, "*").status, 204);
  EXPECT_EQ(ask(method::options, "/nothing").status, 404);
}

TEST_F(dispatcher_test, answers_head_like_get_without_body) {
  auto x = ask(method::head, "/livez");
  EXPECT_EQ(x.status, 200);
  EXPECT_TRUE(x.omit_body);
  EXPECT_EQ(x.content_length(), 16U);
}

TEST_F(dispatcher_test, refuses_hosts_that_are_not_its_own) {
  request x;
  x.path = "/livez";
  x.from_loopback = true;
  x.host = "evil.example";
  auto out = sut.answer(x);
  EXPECT_EQ(out.status, 421);
  EXPECT_TRUE(has(out, "host_not_allowed"));
  EXPECT_TRUE(has(out, "server.hosts"));
  x.host = {}; // HTTP/1.0
  EXPECT_EQ(sut.answer(x).status, 200);
}

TEST_F(dispatcher_test, refuses_everybody_elsewhere_unless_access_is_open) {
  loopback = false;
  for (auto path : {"/", "/metrics", "/api/v1/cameras", "/hls/a/index.m3u8", "/nothing"})
    EXPECT_EQ(get(path).status, 403) << path;
  listen_options open;
  open.open_access = true;
  dispatcher opened{open, services()};
  request x;
  x.path = "/metrics";
  x.host = "localhost";
  EXPECT_EQ(opened.answer(x).status, 200);
}

TEST_F(dispatcher_test, refuses_changes_from_pages_of_other_origins) {
  std::array<header_field, 1> origin{{{"Origin", "http://evil.example"}}};
  EXPECT_TRUE(has(ask(method::post, "/api/v1/cameras", origin), "cross_origin"));
  EXPECT_EQ(ask(method::get, "/api/v1/cameras", origin).status, 200);
  origin[0].value = "http://localhost";
  EXPECT_EQ(ask(method::post, "/api/v1/cameras/a/events", origin).status, 405);
}

TEST_F(dispatcher_test, turns_what_a_handler_throws_into_a_500) {
  EXPECT_EQ(get("/metrics").body, "up 1\n");
  fail = true;
  auto x = get("/metrics");
  EXPECT_EQ(x.status, 500);
  EXPECT_TRUE(has(x, "internal_error"));
  EXPECT_FALSE(has(x, "out of order"));
}

TEST_F(dispatcher_test, answers_400_to_a_path_that_could_not_be_decoded) {
  EXPECT_TRUE(has(get(""), "bad_path"));
}

} // namespace
} // namespace camwall::http
