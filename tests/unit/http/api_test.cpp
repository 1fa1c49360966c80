// The REST API over a made-up catalogue.

#include "http/dispatcher.hpp"
#include "tests/support/fake_catalogue.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <optional>
#include <set>
#include <vector>

namespace camwall::http {
namespace {

using nlohmann::json;

constexpr std::string_view json_type = "application/json";

class api_test : public testing::Test {
protected:
  api_test() {
    auto x = std::make_shared<wall_snapshot>();
    x->cameras.push_back(camera("gate", "yard", phase::live));
    x->cameras.push_back(camera("door", "yard", phase::backoff));
    x->cameras.push_back(camera("hall", "", phase::live));
    wall.publish(x);
  }

  static camera_snapshot camera(const std::string& id, const std::string& group, phase how) {
    camera_snapshot x;
    x.id = id;
    x.group = group;
    x.phase = how;
    return x;
  }

  wall_services services() {
    wall_services x;
    x.wall = &wall;
    x.order = [](std::string_view, camera_order) {};
    x.metrics = [] { return std::string{}; };
    x.ready = [] { return true; };
    x.catalogue = &catalogue;
    x.prober = &prober;
    x.templates = [] { return std::string{R"({"templates":[]})"}; };
    x.limits = {{"limits.cameras_max", 256}};
    x.static_dir = folder.path();
    x.version = "1.2.3";
    x.build = "abc";
    return x;
  }

  struct asked {
    method how = method::get;
    std::string path;
    std::string_view query = {};
    std::string_view body = {};
    std::string_view type = json_type;
    std::string_view if_match = {};
  };

  /// The answer, also one that comes later; none when it still has to come.
  std::optional<response> ask(const asked& what) {
    std::vector<header_field> fields{{"Content-Type", what.type}};
    if (!what.if_match.empty())
      fields.push_back({"If-Match", what.if_match});
    request x;
    x.method = what.how;
    x.path = what.path;
    x.query = what.query;
    x.body = what.body;
    x.host = "localhost";
    x.headers = fields;
    x.from_loopback = loopback;
    auto out = sut.answer(x);
    if (!out.later)
      return out;
    auto late = std::make_shared<std::optional<response>>();
    out.later([late](response y) { *late = std::move(y); });
    return std::move(*late);
  }

  response get(std::string path, std::string_view query = {}) {
    return std::move(*ask({.path = std::move(path), .query = query}));
  }

  response create(std::string_view body, std::string_view query = {}) {
    return std::move(
      *ask({.how = method::post, .path = "/api/v1/cameras", .query = query, .body = body}));
  }

  static std::string field(const response& x, const std::string& name) {
    auto at = x.fields.find(name + ": ");
    if (at == std::string::npos)
      return {};
    at += name.size() + 2;
    return x.fields.substr(at, x.fields.find("\r\n", at) - at);
  }

  static std::string code(const response& x) {
    return json::parse(x.body).value("code", "");
  }

  static std::string ids(const response& x) {
    std::string out;
    auto parsed = json::parse(x.body);
    for (const auto& one : parsed.at("cameras"))
      out += one.at("id").get<std::string>() + ' ';
    return out;
  }

  static constexpr auto gate = "/api/v1/cameras/gate/configuration";
  test::temporary_folder folder;
  snapshot_cell wall;
  test::fake_catalogue catalogue;
  test::fake_prober prober;
  bool loopback = true;
  dispatcher sut{{}, services()};
};

TEST_F(api_test, lists_cameras_of_a_group_or_in_a_phase) {
  EXPECT_EQ(ids(get("/api/v1/cameras", "group=yard")), "gate door ");
  EXPECT_EQ(ids(get("/api/v1/cameras", "group=")), "hall ");
  EXPECT_EQ(ids(get("/api/v1/cameras", "phase=live&limit=1")), "gate ");
  EXPECT_EQ(json::parse(get("/api/v1/cameras", "phase=live&limit=1").body).at("next"), 1);
  EXPECT_EQ(ids(get("/api/v1/cameras", "phase=live&limit=1&offset=1")), "hall ");
  EXPECT_EQ(get("/api/v1/cameras", "phase=asleep").status, 400);
  EXPECT_EQ(get("/api/v1/cameras", "group=%zz").status, 400);
}

TEST_F(api_test, creates_a_camera_and_says_where_it_is) {
  auto x = create(R"({"id":"new","url":"rtsp://192.0.2.9/1"})", "probe=false");
  EXPECT_EQ(x.status, 201);
  EXPECT_EQ(field(x, "Location"), "/api/v1/cameras/new");
  EXPECT_FALSE(catalogue.last.probe);
  EXPECT_FALSE(catalogue.last.who.empty());
  auto made = get("/api/v1/cameras/new/configuration");
  EXPECT_EQ(made.body, x.body);
  EXPECT_EQ(field(made, "ETag"), field(x, "ETag"));
}

TEST_F(api_test, answers_only_when_the_change_is_on_the_disk) {
  catalogue.held = true;
  EXPECT_FALSE(ask({.how = method::del, .path = "/api/v1/cameras/gate"}));
}

TEST_F(api_test, replaces_patches_and_removes) {
  auto tag = field(get(gate), "ETag");
  auto replaced = ask(
    {.how = method::put, .path = gate, .body = R"({"url":"rtsp://192.0.2.7/"})", .if_match = tag});
  EXPECT_EQ(replaced->status, 200);
  EXPECT_NE(field(*replaced, "ETag"), tag);
  auto patched = ask({.how = method::patch,
                      .path = "/api/v1/cameras/gate",
                      .body = R"({"label":"Gate"})",
                      .type = "application/merge-patch+json"});
  EXPECT_EQ(json::parse(patched->body).at("url"), "rtsp://192.0.2.7/");
  EXPECT_EQ(ask({.how = method::del, .path = "/api/v1/cameras/gate"})->status, 204);
  EXPECT_EQ(get(gate).status, 404);
}

TEST_F(api_test, holds_what_if_match_says) {
  auto put = [this](std::string_view tag) {
    auto x = ask({.how = method::put, .path = gate, .body = "{}", .if_match = tag});
    return x->status;
  };
  EXPECT_EQ(put(""), 428);
  EXPECT_EQ(put("\"other\""), 412);
  auto tag = field(get(gate), "ETag");
  EXPECT_EQ(put("W/" + tag), 412);
  EXPECT_EQ(put("\"other\", " + tag), 200);
  EXPECT_EQ(put(tag), 412); // It is another one now.
  EXPECT_EQ(put("*"), 200);
  EXPECT_FALSE(catalogue.last.if_match);
}

TEST_F(api_test, gives_each_refusal_its_status) {
  EXPECT_EQ(create(R"({"id":"gate","url":"rtsp://a/"})").status, 409);
  auto invalid = create("{}");
  EXPECT_EQ(invalid.status, 422);
  EXPECT_EQ(json::parse(invalid.body).at("errors").at(1).at("pointer"), "/url");
  auto locked = ask({.how = method::del, .path = "/api/v1/cameras/locked"});
  EXPECT_EQ(locked->status, 403);
  EXPECT_EQ(code(*locked), "camera_read_only");
  auto dark = create(R"({"id":"dark","url":"rtsp://a/"})");
  EXPECT_EQ(dark.status, 422);
  EXPECT_EQ(code(dark), "probe_timeout");
  EXPECT_EQ(create(R"({"id":"dark","url":"rtsp://a/"})", "probe=false").status, 201);
  auto busy = create(R"({"id":"busy","url":"rtsp://a/"})");
  EXPECT_EQ(busy.status, 503);
  EXPECT_FALSE(field(busy, "Retry-After").empty());
  for (int i = 0; i < 5; ++i)
    create(R"({"id":"c)" + std::to_string(i) + R"(","url":"rtsp://a/"})");
  auto full = create(R"({"id":"last","url":"rtsp://a/"})");
  EXPECT_EQ(full.status, 507);
  EXPECT_NE(full.body.find("limits.cameras_max"), std::string::npos);
  EXPECT_EQ(ask({.how = method::del, .path = "/api/v1/cameras/nobody"})->status, 404);
}

TEST_F(api_test, takes_json_objects_only) {
  auto post = [this](std::string_view body, std::string_view type) {
    auto x = ask({.how = method::post, .path = "/api/v1/cameras", .body = body, .type = type});
    return code(*x);
  };
  EXPECT_EQ(post("{}", "text/plain"), "unsupported_media_type");
  EXPECT_EQ(post("{}", ""), "unsupported_media_type");
  EXPECT_EQ(post("{}", "application/json; charset=latin1"), "unsupported_media_type");
  EXPECT_EQ(post("{}", "Application/JSON; charset=UTF-8"), "camera_invalid");
  EXPECT_EQ(post("", json_type), "bad_json");
  EXPECT_EQ(post("[]", json_type), "bad_json");
  EXPECT_EQ(post("{\"id\":", json_type), "bad_json");
  EXPECT_EQ(post("{\"id\":\"\xff\"}", json_type), "bad_json");
  auto deep = std::string(17, '[') + std::string(17, ']');
  EXPECT_EQ(post("{\"a\":" + deep + "}", json_type), "json_too_deep");
  EXPECT_EQ(post(R"({"a":"[[[[[[[[[[[[[[[[[[[[\"[[["})", json_type), "camera_invalid");
}

TEST_F(api_test, reads_the_files_again_and_tells_what_is_wrong_in_them) {
  auto x = ask({.how = method::post, .path = "/api/v1/reload"});
  EXPECT_EQ(json::parse(x->body).at("changed").at(0), "gate");
  catalogue.broken = true;
  x = ask({.how = method::post, .path = "/api/v1/reload"});
  EXPECT_EQ(x->status, 422);
  EXPECT_EQ(json::parse(x->body).at("errors").at(0).at("location"), "/etc/camwall/wall.yaml:3:7");
  auto status = json::parse(get("/api/v1/status").body);
  EXPECT_EQ(status.at("last_reload").at("successful"), false);
  EXPECT_EQ(status.at("phases").at("live"), 2);
  EXPECT_EQ(status.at("limits").at("limits.cameras_max"), 256);
}

TEST_F(api_test, looks_at_an_address_with_a_login_of_its_own) {
  auto probe = [this](std::string_view body) {
    return std::move(*ask({.how = method::post, .path = "/api/v1/probe", .body = body}));
  };
  auto x = probe(R"({"url":"rtsp://h:554/a","username":"u","password":"p@/:","deadline_s":3})");
  EXPECT_EQ(prober.last.url, "rtsp://u:p%40%2F%3A@h:554/a");
  EXPECT_EQ(prober.last.deadline, std::chrono::seconds{3});
  EXPECT_EQ(json::parse(x.body).at("video"), "h264");
  EXPECT_TRUE(json::parse(x.body).at("reason").is_null());
  EXPECT_EQ(json::parse(probe(R"({"url":"rtsp://dark/"})").body).at("reason"), "timeout");
  for (auto body :
       {"{}", R"({"url":"http://a/"})", R"({"url":"rtsp://"})", R"({"url":"rtsp://a b/"})",
        R"({"url":"rtsp://u:p@h/","username":"u"})", R"({"url":"rtsp://h/","password":"p"})",
        R"({"url":"rtsp://h/","transport":"sctp"})", R"({"url":"rtsp://h/","deadline_s":60})",
        R"({"url":"rtsp://h/","colour":1})"})
    EXPECT_EQ(probe(body).status, 422) << body;
  prober.busy = true;
  EXPECT_EQ(probe(R"({"url":"rtsp://h/"})").status, 503);
}

TEST_F(api_test, looks_no_further_when_nobody_waits_for_what_is_found) {
  prober.held = true;
  std::vector<header_field> fields{{"Content-Type", json_type}};
  request x;
  x.method = method::post;
  x.path = "/api/v1/probe";
  x.body = R"({"url":"rtsp://h/"})";
  x.host = "localhost";
  x.headers = fields;
  x.from_loopback = true;
  auto first = sut.answer(x);
  auto second = sut.answer(x);
  first.later([](const response&) {});
  second.later([](const response&) {});
  ASSERT_TRUE(first.on_abandoned);
  first.on_abandoned();
  EXPECT_EQ(prober.cancelled, std::vector<camera_prober::probe_id>{1});
  second.on_abandoned();
  EXPECT_EQ(prober.cancelled, (std::vector<camera_prober::probe_id>{1, 2}));
}

TEST_F(api_test, looks_at_an_address_with_a_login_that_only_the_server_knows) {
  auto probe = [this](std::string_view body) {
    return std::move(*ask({.how = method::post, .path = "/api/v1/probe", .body = body}));
  };
  for (auto body :
       {R"({"camera":"gate","url":"rtsp://192.0.2.1/a","username":"us","password":"***"})",
        R"({"camera":"gate","url":"rtsp://192.0.2.1/a","username":"***","password":"***"})",
        R"({"camera":"gate","url":"rtsp://192.0.2.1/a","password":"***"})",
        R"({"camera":"gate","url":"rtsp://***@192.0.2.1/a"})",
        R"({"camera":"gate","url":"rtsp://***:***@192.0.2.1/a"})"}) {
    prober.last = {};
    auto x = probe(body);
    EXPECT_EQ(x.status, 200) << body;
    EXPECT_EQ(prober.last.url, "rtsp://us:saved@192.0.2.1/a") << body;
  }
  EXPECT_EQ(
    probe(R"({"camera":"gate","url":"rtsp://192.0.2.1/a","username":"u","password":"new"})").status,
    200);
  EXPECT_EQ(prober.last.url, "rtsp://u:new@192.0.2.1/a");
  prober.last = {};
  struct refused {
    const char* body;
    int status;
    const char* pointer;
  };
  for (const auto& x : {
         refused{R"({"url":"rtsp://***@192.0.2.1/a"})", 422, "/camera"},
         refused{R"({"url":"rtsp://192.0.2.1/a","username":"us","password":"***"})", 422,
                 "/camera"},
         refused{R"({"camera":"gate","url":"rtsp://192.0.2.9/a","password":"***"})", 422, "/url"},
         refused{R"({"camera":"gate","url":"rtsp://x@192.0.2.1/a","password":"***"})", 422,
                 "/password"},
         refused{R"({"camera":"gate","url":"rtsp://***@192.0.2.1/a","username":"u"})", 422,
                 "/username"},
         refused{R"({"camera":"nobody","url":"rtsp://192.0.2.1/a","password":"***"})", 404, ""},
       }) {
    auto answer = probe(x.body);
    EXPECT_EQ(answer.status, x.status) << x.body;
    if (*x.pointer != 0) {
      EXPECT_EQ(json::parse(answer.body).at("errors").at(0).at("pointer"), x.pointer) << x.body;
    }
  }
  EXPECT_EQ(prober.last.url, "") << "nobody has looked";
}

TEST_F(api_test, lets_the_method_decide_who_may) {
  loopback = false;
  dispatcher open{{.open_access = true}, services()};
  auto ask_open = [&](method how, std::string path) {
    request x;
    x.method = how;
    x.path = std::move(path);
    x.host = "localhost";
    return open.answer(x).status;
  };
  EXPECT_EQ(ask_open(method::get, "/api/v1/cameras/gate"), 200);
  EXPECT_EQ(ask_open(method::del, "/api/v1/cameras/gate"), 403);
  EXPECT_EQ(ask_open(method::post, "/api/v1/cameras"), 403);
  EXPECT_EQ(ask_open(method::get, gate), 403);
  EXPECT_EQ(ask_open(method::post, "/api/v1/probe"), 403);
  EXPECT_EQ(ask_open(method::post, "/api/v1/reload"), 403);
}

TEST_F(api_test, says_so_where_a_part_is_missing) {
  auto without = services();
  without.catalogue = nullptr;
  without.prober = nullptr;
  without.templates = {};
  dispatcher bare{{}, without};
  for (auto [how, path] :
       std::vector<std::pair<method, std::string>>{{method::post, "/api/v1/cameras"},
                                                   {method::get, gate},
                                                   {method::put, gate},
                                                   {method::del, "/api/v1/cameras/gate"},
                                                   {method::post, "/api/v1/reload"},
                                                   {method::post, "/api/v1/probe"},
                                                   {method::get, "/api/v1/templates"}}) {
    request x;
    x.method = how;
    x.path = path;
    x.host = "localhost";
    x.from_loopback = true;
    EXPECT_EQ(bare.answer(x).status, 501) << path;
  }
}

} // namespace
} // namespace camwall::http
