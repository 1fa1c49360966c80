// Who gets what: every row of the route table, asked by everybody.

#include "http/dispatcher.hpp"
#include "tests/support/fake_catalogue.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/http/access_fixture.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <set>

namespace camwall::http {
namespace {

class access_routes_test : public testing::Test {
protected:
  access_routes_test() {
    folder.write("index.html", "<!doctype html>");
    folder.write("login/index.html", "<!doctype html>");
    folder.write("login/login.js", "//");
    auto x = std::make_shared<wall_snapshot>();
    for (auto [id, group] : {std::pair{"a", ""}, {"b", "yard"}, {"c", "hall"}}) {
      camera_snapshot camera;
      camera.id = id;
      camera.group = group;
      camera.grid_stream = "main";
      camera.streams = {{.name = "main"}};
      x->cameras.push_back(camera);
    }
    wall.publish(x);
    for (auto [name, password] :
         {std::pair{"guard", "guard-pass"}, {"ops", "ops-pass"}, {"boss", "admin-pass"}})
      cookies[name] = "camwall_session=" + log_in(access, asking{}.x, name, password).secret;
  }

  static access_settings settings() {
    auto x = three_users();
    x.basic = true;
    x.cors_origins = {"https://intra.example"};
    x.frame_ancestors = {"https://portal.example"};
    return x;
  }

  wall_services services() {
    wall_services x;
    x.wall = &wall;
    x.access = &access;
    x.demand = [](std::string_view, std::string_view) {};
    x.order = [](std::string_view, camera_order) {};
    x.metrics = [] { return std::string{"up 1\n"}; };
    x.ready = [] { return true; };
    x.prober = &prober;
    x.static_dir = folder.path();
    return x;
  }

  /// As `user` (empty: as nobody); waits for an answer that comes later.
  response ask(method how, const std::string& path, const std::string& user,
               std::vector<header_field> fields = {}, std::string_view body = {}) {
    if (!user.empty())
      fields.push_back({"Cookie", cookies.at(user)});
    asking x{std::move(fields)};
    x.x.method = how;
    x.x.path = path;
    x.x.body = body;
    auto out = sut.answer(x.x);
    if (!out.later)
      return out;
    std::promise<response> last;
    out.later([&](response later) {
      later.fields += out.fields; // As the transport does.
      later.route = out.route;
      last.set_value(std::move(later));
    });
    return last.get_future().get();
  }

  response get(const std::string& path, const std::string& user) {
    return ask(method::get, path, user);
  }

  static bool has(const response& x, std::string_view text) {
    return x.fields.find(text) != std::string::npos || x.body.find(text) != std::string::npos;
  }

  /// A path that the pattern matches, about camera `id`.
  static std::string path_of(std::string_view pattern, const std::string& id) {
    std::string out;
    for (std::size_t i = 0; i < pattern.size();) {
      auto end = std::min(pattern.find('/', i + 1), pattern.size());
      auto segment = pattern.substr(i, end - i);
      if (segment == "/:id" || segment == "/:camera")
        out += "/" + id;
      else if (segment.starts_with("/:") || segment == "/*")
        out += "/x";
      else
        out += segment;
      i = end;
    }
    return out;
  }

  test::temporary_folder folder;
  snapshot_cell wall;
  test::fake_prober prober;
  access_control access{settings(), {}};
  std::map<std::string, std::string> cookies;
  dispatcher sut{{}, services()};
};

TEST_F(access_routes_test, gives_every_row_to_its_roles_and_to_nobody_else) {
  const std::map<std::string, role> roles{{"", role::none},
                                          {"guard", role::viewer},
                                          {"ops", role::operator_},
                                          {"boss", role::administrator}};
  for (const auto& row : sut.routes()) {
    if (row.pattern == "/api/v1/session" && row.method == method::del)
      continue; // Would log out.
    for (const auto& [user, of] : roles) {
      auto x = ask(row.method, path_of(row.pattern, "a"), user);
      principal who{of};
      if (user == "guard")
        who.scope = std::make_shared<const camera_scope>();
      auto allowed = permits(who, row.action) || row.action == action::view_health;
      auto said =
        std::string{to_string(row.method)}.append(" ").append(row.pattern) + " as " + user;
      if (allowed)
        EXPECT_TRUE(x.status != 403 && (x.status != 401 || row.pattern == "/api/v1/session"))
          << said << x.status;
      else
        EXPECT_EQ(x.status, of == role::none ? 401 : 403) << said;
      EXPECT_EQ(x.route, row.pattern) << said;
    }
  }
}

TEST_F(access_routes_test, has_exactly_the_rows_and_roles_of_the_reference) {
  std::set<std::string> described;
  std::ifstream in{std::filesystem::path{CAMWALL_SOURCE_DIR} / "docs/reference/api.md"};
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("| `") &&
        (line.ends_with("| everybody |") || line.ends_with("| viewer |") ||
         line.ends_with("| operator |") || line.ends_with("| admin |")))
      described.insert(line);
  std::set<std::string> known;
  for (const auto& row : sut.routes()) {
    auto least = row.action == action::view_health ? role::none : role::viewer;
    while (least != role::administrator && !permits({least}, row.action) &&
           row.action != action::view_health)
      least = static_cast<role>(static_cast<int>(least) + 1);
    if (permits({role::none}, row.action))
      least = role::none;
    auto word = least == role::none ? std::string_view{"everybody"} : to_string(least);
    known.insert(std::string{"| `"}.append(to_string(row.method)).append(" ").append(row.pattern) +
                 "` | " + std::string{word} + " |");
  }
  EXPECT_EQ(described, known);
}

TEST_F(access_routes_test, gives_nobody_anything_but_the_login) {
  std::set<std::string_view> open;
  for (const auto& row : sut.routes())
    if (ask(row.method, path_of(row.pattern, "a"), "").status < 400)
      open.insert(row.pattern);
  EXPECT_EQ(
    open, (std::set<std::string_view>{"/login", "/livez", "/readyz", "/health", "/api/v1/session"}))
    << "the session is only ever ended";
  EXPECT_EQ(get("/login/login.js", "").status, 200);
  EXPECT_EQ(get("/nothing", "").status, 401);
  EXPECT_EQ(get("/static/js/main.js", "").status, 401);
  EXPECT_TRUE(has(get("/api/v1/cameras", ""), "WWW-Authenticate: Basic"));
}

TEST_F(access_routes_test, says_of_hidden_cameras_what_it_says_of_none) {
  for (const auto& row : sut.routes()) {
    auto about = row.pattern.find(":id") != std::string_view::npos ||
                 row.pattern.find(":camera") != std::string_view::npos;
    if (!about || !permits({role::viewer}, row.action))
      continue;
    auto hidden = ask(row.method, path_of(row.pattern, "c"), "guard");
    auto absent = ask(row.method, path_of(row.pattern, "nothing"), "guard");
    EXPECT_EQ(hidden.status, 404) << row.pattern;
    EXPECT_EQ(hidden.body, absent.body) << row.pattern;
    EXPECT_EQ(hidden.fields, absent.fields) << row.pattern;
  }
  EXPECT_EQ(get("/api/v1/cameras/a", "guard").status, 200);
  EXPECT_EQ(get("/api/v1/cameras/b", "guard").status, 200); // By its group.
  EXPECT_EQ(get("/api/v1/cameras/c", "ops").status, 200);
  auto list = get("/api/v1/cameras", "guard");
  EXPECT_TRUE(has(list, "\"id\":\"a\"") && has(list, "\"id\":\"b\""));
  EXPECT_FALSE(has(list, "\"id\":\"c\""));
}

TEST_F(access_routes_test, leads_a_browser_to_the_login_and_back) {
  std::array<header_field, 1> accept{{{"Accept", "text/html"}}};
  request x;
  x.path = "/";
  x.query = "wall=lobby";
  x.host = "localhost";
  x.headers = accept;
  x.from_loopback = true;
  auto out = sut.answer(x);
  EXPECT_EQ(out.status, 303);
  EXPECT_TRUE(has(out, "Location: /login?next=/%3Fwall%3Dlobby\r\n"));
  auto in = ask(method::post, "/api/v1/session", "",
                {{"Content-Type", "application/x-www-form-urlencoded"}},
                "user=ops&password=ops-pass&next=%2F%3Fwall%3Dlobby");
  EXPECT_EQ(in.status, 303);
  EXPECT_TRUE(has(in, "Location: /?wall=lobby\r\n"));
  EXPECT_TRUE(has(in, "Set-Cookie: camwall_session="));
  EXPECT_TRUE(has(in, "; Path=/; HttpOnly; SameSite=Strict\r\n"));
}

TEST_F(access_routes_test, logs_in_by_json_and_tells_who_somebody_is) {
  std::vector<header_field> json{{"Content-Type", "application/json"}};
  auto in = ask(method::post, "/api/v1/session", "", json,
                R"({"user":"guard","password":"guard-pass","remember":true})");
  EXPECT_EQ(in.status, 200);
  EXPECT_TRUE(has(in, "\"role\":\"viewer\""));
  EXPECT_TRUE(has(in, "; Max-Age=31536000"));
  auto me = nlohmann::json::parse(get("/api/v1/session", "guard").body);
  EXPECT_EQ(me["user"], "guard");
  EXPECT_EQ(me["groups"], nlohmann::json::array({"yard"}));
  EXPECT_EQ(me["may"]["operate"], false);
  auto wrong = ask(method::post, "/api/v1/session", "", json, R"({"user":"x","password":"y"})");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_TRUE(has(wrong, "login_refused"));
  EXPECT_EQ(ask(method::post, "/api/v1/session", "", json, "{}").status, 400);
  EXPECT_EQ(ask(method::del, "/api/v1/session", "guard").status, 204);
  EXPECT_EQ(get("/api/v1/session", "guard").status, 401);
}

TEST_F(access_routes_test, takes_a_password_with_a_request_where_that_is_on) {
  auto field = "Basic " + to_base64("ops:ops-pass");
  for (int i = 0; i < 2; ++i) { // The second from what was checked.
    auto x = ask(method::get, "/api/v1/cameras/c", "", {{"Authorization", field}});
    EXPECT_EQ(x.status, 200);
    EXPECT_TRUE(has(x, "\"id\":\"c\""));
  }
  auto wrong = "Basic " + to_base64("ops:guess");
  auto x = ask(method::get, "/api/v1/cameras/c", "", {{"Authorization", wrong}});
  EXPECT_EQ(x.status, 401);
  EXPECT_TRUE(has(x, "WWW-Authenticate: Basic realm=\"camwall\""));
}

TEST_F(access_routes_test, hands_what_comes_later_on_once_the_password_is_checked) {
  prober.held = true;
  auto field = "Basic " + to_base64("boss:admin-pass");
  auto x = ask(method::post, "/api/v1/probe", "",
               {{"Authorization", field}, {"Content-Type", "application/json"}},
               R"({"url":"rtsp://192.0.2.1/1"})");
  ASSERT_TRUE(x.later) << "it is the transport that asks, on the connection's thread";
  EXPECT_EQ(prober.last_id, 0U);
  x.later([](const response&) {});
  EXPECT_EQ(prober.last_id, 1U);
  ASSERT_TRUE(x.on_abandoned);
  x.on_abandoned();
  EXPECT_EQ(prober.cancelled, std::vector<camera_prober::probe_id>{1});
}

TEST_F(access_routes_test, opens_one_camera_by_a_link) {
  auto made = ask(method::post, "/api/v1/cameras/b/link", "ops", {}, R"({"expires_s":600})");
  ASSERT_EQ(made.status, 201);
  auto link = nlohmann::json::parse(made.body);
  std::string path = link["path"];
  EXPECT_EQ(get(path + "/api/v1/cameras/b", "").status, 200);
  EXPECT_EQ(get(path + "/hls/b/index.m3u8", "").status, 307);
  EXPECT_TRUE(has(get(path + "/hls/b/index.m3u8", ""), "Location: ../b/main/index.m3u8\r\n"));
  EXPECT_EQ(get(path + "/api/v1/cameras/a", "").status, 404);
  EXPECT_EQ(ask(method::post, path + "/api/v1/cameras/b/restart", "").status, 403);
  EXPECT_EQ(get("/link/forged/api/v1/cameras/b", "").status, 401);
  auto opened = get(path, "");
  EXPECT_EQ(opened.status, 303);
  EXPECT_TRUE(has(opened, "Set-Cookie: camwall_link="));
  EXPECT_TRUE(has(opened, "SameSite=Lax"));
  EXPECT_EQ(get("/link/forged", "").status, 404);
  EXPECT_EQ(ask(method::post, "/api/v1/cameras/b/link", "guard").status, 403);
  for (auto bad : {R"({"expires_s":1})", R"({"expires_s":9999999})", R"({"what":"all"})", "[]", "{",
                   R"({"expires_s":"x"})", R"({"expires_s":1e30})"})
    EXPECT_EQ(ask(method::post, "/api/v1/cameras/b/link", "ops", {}, bad).status, 400) << bad;
  EXPECT_EQ(ask(method::del, "/api/v1/links", "boss").status, 204);
  EXPECT_EQ(get(path + "/api/v1/cameras/b", "").status, 401);
}

TEST_F(access_routes_test, tells_a_proxy_what_it_may_give_from_its_cache) {
  auto may = [this](const std::string& path, const std::string& user) {
    return ask(method::get, "/api/v1/authorize", user, {{"X-Original-URI", path}}).status;
  };
  EXPECT_EQ(may("/hls/a/main/1.m4s?x=y", "guard"), 204);
  EXPECT_EQ(may("/hls/a/main/1.m4s", ""), 401);
  EXPECT_EQ(may("/hls/c/main/1.m4s", "guard"), 403);
  EXPECT_EQ(may("/hls/nothing/main/1.m4s", "ops"), 403);
  EXPECT_EQ(may("/api/v1/tokens", "guard"), 403);
  EXPECT_EQ(may("/nothing", "boss"), 403);
  EXPECT_EQ(may("/hls/a/../c/main/1.m4s", "boss"), 400);
  auto link =
    nlohmann::json::parse(ask(method::post, "/api/v1/cameras/b/link", "ops", {}, "{}").body);
  std::string path = link["path"];
  EXPECT_EQ(may(path + "/hls/b/main/1.m4s", ""), 204);
  EXPECT_EQ(may(path + "/hls/a/main/1.m4s", ""), 403);
  EXPECT_EQ(may("/link/forged/hls/b/main/1.m4s", ""), 401);
  auto caddy =
    ask(method::get, "/api/v1/authorize", "guard", {{"X-Forwarded-Uri", "/hls/a/x/1.ts"}});
  EXPECT_EQ(caddy.status, 204);
  auto both = ask(method::get, "/api/v1/authorize", "",
                  {{"X-Forwarded-Uri", "/hls/a/x/1.ts"}, {"X-Original-URI", "/login"}});
  EXPECT_EQ(both.status, 403) << "one of them is a stranger's";
  EXPECT_TRUE(has(caddy, "Cache-Control: no-store"));
}

TEST_F(access_routes_test, lists_and_revokes_tokens_without_showing_them) {
  auto field = "Bearer " + guard_token;
  EXPECT_EQ(ask(method::get, "/api/v1/cameras/a", "", {{"Authorization", field}}).status, 200);
  auto list = get("/api/v1/tokens", "boss");
  EXPECT_FALSE(has(list, fingerprint(guard_token)));
  std::string id = nlohmann::json::parse(list.body)["tokens"][0]["id"];
  EXPECT_EQ(ask(method::del, "/api/v1/tokens/" + id, "ops").status, 403);
  EXPECT_EQ(ask(method::del, "/api/v1/tokens/" + id, "boss").status, 204);
  EXPECT_EQ(ask(method::get, "/api/v1/cameras/a", "", {{"Authorization", field}}).status, 401);
  EXPECT_TRUE(has(get("/api/v1/tokens", "boss"), "\"revoked\":true"));
}

TEST_F(access_routes_test, lets_pages_of_listed_origins_ask_without_cookies) {
  std::vector<header_field> listed{{"Origin", "https://intra.example"},
                                   {"Access-Control-Request-Method", "POST"}};
  auto x = ask(method::options, "/api/v1/cameras", "", listed);
  EXPECT_EQ(x.status, 204);
  EXPECT_TRUE(has(x, "Access-Control-Allow-Origin: https://intra.example\r\n"));
  EXPECT_TRUE(has(x, "Access-Control-Allow-Headers: Authorization"));
  EXPECT_FALSE(has(x, "Allow-Credentials"));
  std::vector<header_field> other{{"Origin", "https://evil.example"},
                                  {"Access-Control-Request-Method", "POST"}};
  EXPECT_FALSE(has(ask(method::options, "/api/v1/cameras", "", other), "Access-Control"));
  EXPECT_TRUE(
    has(ask(method::post, "/api/v1/cameras/a/restart", "ops", {{"Origin", "https://evil.example"}}),
        "cross_origin"));
  EXPECT_EQ(
    ask(method::post, "/api/v1/cameras/a/restart", "ops", {{"Origin", "https://intra.example"}})
      .status,
    202);
}

TEST_F(access_routes_test, tells_browsers_what_the_page_may_do) {
  auto page = get("/login", "");
  EXPECT_TRUE(has(page, "script-src 'self'"));
  EXPECT_FALSE(has(page, "unsafe-inline"));
  EXPECT_TRUE(has(page, "frame-ancestors 'self' https://portal.example"));
  EXPECT_TRUE(has(page, "Referrer-Policy: no-referrer"));
  EXPECT_TRUE(has(page, "X-Content-Type-Options: nosniff"));
}

TEST_F(access_routes_test, holds_back_an_address_that_asks_too_often) {
  auto x = settings();
  x.requests_per_second_max = 1;
  access.configure(x);
  std::map<int, int> seen;
  for (int i = 0; i < 10; ++i) {
    asking far{{}, "192.0.2.7"};
    far.x.path = "/livez";
    auto out = sut.answer(far.x);
    ++seen[out.status];
    if (out.status == 429) {
      EXPECT_TRUE(has(out, "Retry-After: 1"));
    }
  }
  EXPECT_GE(seen[429], 5);
  EXPECT_EQ(get("/livez", "").status, 200); // This machine may always.
}

} // namespace
} // namespace camwall::http
