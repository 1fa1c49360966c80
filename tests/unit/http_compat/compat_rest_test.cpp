#include "tests/unit/http_compat/compat_fixture.hpp"

#include <nlohmann/json.hpp>

#include <future>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

/// Does as it is told, and notes what it was told.
class fake_catalogue final : public camera_catalogue {
public:
  std::shared_ptr<const configured_wall> cameras() const override {
    return std::make_shared<const configured_wall>(wall);
  }
  void apply(camera_change change, std::function<void(change_result)> done) override {
    asked.push_back(change);
    if (refusal)
      return done(tl::unexpected{*refusal});
    auto id = change.id;
    json now{{"id", "gate"}, {"label", "The gate"}, {"url", "rtsp://gate/"}, {"username", "u"}};
    if (!change.body.empty())
      now.merge_patch(json::parse(change.body));
    if (change.what == camera_change::kind::create) {
      id = now["id"];
      on_create(id);
    }
    done(configured_camera{.id = id, .json = now.dump()});
  }
  void reload(std::function<void(reload_result)>) override {
    // nop
  }
  tl::expected<std::string, change_refusal> with_login_of(std::string_view, std::string_view,
                                                          std::string_view) const override {
    return tl::unexpected(change_refusal{});
  }

  std::function<void(const std::string& id)> on_create;
  configured_wall wall;
  std::vector<camera_change> asked;
  std::optional<change_refusal> refusal;
};

class fake_source final : public snapshot_source {
public:
  void take(snapshot_request what, std::function<void(snapshot_result)> done) override {
    asked.push_back(std::move(what));
    done(answer);
  }
  snapshot_statistics statistics() const override {
    snapshot_statistics out;
    out.pictures = 2;
    out.time_to_live = 2000ms;
    out.cameras = {"gate", "unknown"};
    return out;
  }
  void clear(std::string_view) override {
    ++cleared;
  }

  std::vector<snapshot_request> asked;
  snapshot_result answer;
  int cleared = 0;
};

class compat_rest_test : public compat_fixture {
protected:
  explicit compat_rest_test(compat_profile profile) : compat_fixture(profile) {
    catalogue_ = &catalogue;
    catalogue.on_create = [this](const std::string& id) {
      EXPECT_EQ(ids.extend(folder.path() / "ids.json", std::vector{id}), "");
    };
    snapshots_ = &source;
    order_ = [this](std::string_view camera, camera_order what) {
      orders.push_back(std::string{camera} + " " + std::string{to_string(what)});
    };
    become(role::administrator);
  }

  void become(role x) {
    options.role = x;
    start();
  }

  response ask(method verb, const std::string& target, const std::string& body = {},
               std::vector<header_field> fields = {}) {
    auto x = asked;
    x.method = verb;
    auto question = std::min(target.find('?'), target.size());
    x.path = target.substr(0, question);
    if (question < target.size())
      x.query = std::string_view{target}.substr(question + 1);
    x.body = body;
    x.headers = fields;
    auto out = sut->answer(x);
    if (!out.later)
      return out;
    auto promised = std::make_shared<std::promise<response>>();
    auto late = promised->get_future();
    out.later([promised](response y) { promised->set_value(std::move(y)); });
    EXPECT_EQ(late.wait_for(10s), std::future_status::ready);
    return late.get();
  }

  static json body_of(const response& x) {
    return json::parse(x.body);
  }

  fake_catalogue catalogue;
  fake_source source;
  std::vector<std::string> orders;
};

class django_rest_test : public compat_rest_test {
protected:
  django_rest_test() : compat_rest_test(compat_profile::django_jpeg) {
    // nop
  }
};

class jsmpeg_rest_test : public compat_rest_test {
protected:
  jsmpeg_rest_test() : compat_rest_test(compat_profile::jsmpeg) {
    gate = "/api/streams/" + ids.find("gate")->uuid + "/";
  }
  std::string gate;
};

constexpr auto known_url = R"({"rtsp_url": "rtsp://u:50%@gate/"})";

TEST_F(django_rest_test, starts_the_camera_that_an_address_means_and_no_other) {
  become(role::viewer);
  auto x = ask(method::post, "/api/start/", known_url);
  EXPECT_EQ(x.status, 200);
  EXPECT_EQ(body_of(x)["id"], 1);
  EXPECT_EQ(body_of(x)["ws_url"], "ws://127.0.0.1:8001/ws/stream/?stream_id=1");
  EXPECT_FALSE(body_of(x)["message"].get<std::string>().empty());
  EXPECT_EQ(demanded, std::vector<std::string>{"gate/main"});
  x = ask(method::post, "/api/start/", R"({"rtsp_url": "rtsp://u:secret@elsewhere/"})");
  EXPECT_EQ(x.status, 403);
  EXPECT_NE(x.body.find("addresses that clients supply are off"), std::string::npos);
  EXPECT_EQ(x.body.find("secret"), std::string::npos);
  for (const auto* bad : {"", "[]", "{}", R"({"rtsp_url": 7})", "{"})
    EXPECT_EQ(ask(method::post, "/api/start/", bad).status, 400) << bad;
}

TEST_F(django_rest_test, creates_a_camera_with_an_id_of_its_own) {
  auto x = ask(method::post, "/api/streams/create/",
               R"({"name": "Gate", "rtsp_url": "rtsp://u:p@new/", "description": "yard"})");
  EXPECT_EQ(x.status, 201);
  EXPECT_EQ(body_of(x)["id"], 3);
  ASSERT_EQ(catalogue.asked.size(), 1U);
  EXPECT_EQ(catalogue.asked[0].what, camera_change::kind::create);
  EXPECT_TRUE(catalogue.asked[0].probe);
  auto told = json::parse(catalogue.asked[0].body);
  EXPECT_EQ(
    told,
    (json{{"id", "gate-2"}, {"label", "Gate"}, {"group", "yard"}, {"url", "rtsp://u:p@new/"}}));
  EXPECT_STREQ(ids.find("gate-2")->uuid.substr(14, 1).c_str(), "4");
}

TEST_F(django_rest_test, creates_nothing_for_an_address_that_is_configured) {
  become(role::viewer);
  auto x = ask(method::post, "/api/streams/create/", known_url);
  EXPECT_EQ(x.status, 201);
  EXPECT_EQ(body_of(x)["id"], 1);
  EXPECT_TRUE(catalogue.asked.empty());
}

TEST_F(django_rest_test, pauses_and_resumes_for_everybody_where_the_role_allows_it) {
  become(role::viewer);
  EXPECT_EQ(ask(method::patch, "/api/streams/1/status/", R"({"action": "pause"})").status, 403);
  EXPECT_EQ(ask(method::patch, "/api/streams/1/status/", R"({"action": "start"})").status, 200);
  EXPECT_TRUE(orders.empty());
  become(role::operator_);
  auto x = ask(method::patch, "/api/streams/1/status/", R"({"action": "pause"})");
  EXPECT_EQ(x.status, 200);
  EXPECT_EQ(body_of(x)["stream"]["id"], 1);
  set_phase("gate", phase::disabled);
  EXPECT_EQ(ask(method::patch, "/api/streams/1/status/", R"({"action": "resume"})").status, 200);
  EXPECT_EQ(orders, (std::vector<std::string>{"gate disable", "gate enable"}));
  EXPECT_EQ(ask(method::patch, "/api/streams/1/status/", R"({"action": "dance"})").status, 400);
  EXPECT_EQ(ask(method::patch, "/api/streams/9/status/", R"({"action": "pause"})").status, 404);
}

TEST_F(django_rest_test, deletes_where_the_role_and_the_file_allow_it) {
  EXPECT_EQ(ask(method::del, "/api/streams/2/delete/").status, 200);
  EXPECT_EQ(catalogue.asked.at(0).id, "yard");
  catalogue.refusal = {.what = change_refusal::kind::read_only,
                       .code = "camera_read_only",
                       .detail = "yard is configured in wall.yaml:14"};
  auto x = ask(method::del, "/api/streams/2/delete/");
  EXPECT_EQ(x.status, 403);
  EXPECT_EQ(body_of(x)["error"], "yard is configured in wall.yaml:14");
  become(role::operator_);
  EXPECT_NE(ask(method::del, "/api/streams/2/delete/").body.find("role"), std::string::npos);
}

TEST_F(jsmpeg_rest_test, validates_a_new_stream_and_says_the_sentence_that_clients_know) {
  auto x = ask(method::post, "/api/streams/", R"({"url": "rtsp://u:p@new/", "label": "Hall"})");
  EXPECT_EQ(x.status, 201);
  EXPECT_EQ(body_of(x)["label"], "Hall");
  EXPECT_EQ(body_of(x)["id"], ids.find("hall")->uuid);
  EXPECT_EQ(body_of(x)["ws_url"], "ws://127.0.0.1:8001/ws/stream?id=" + ids.find("hall")->uuid);
  catalogue.refusal = {
    .what = change_refusal::kind::unreachable, .code = "probe_auth", .detail = "d"};
  x = ask(method::post, "/api/streams/", R"({"url": "rtsp://new/"})");
  EXPECT_EQ(x.status, 400);
  EXPECT_EQ(body_of(x), (json{{"error", "Invalid RTSP URL or stream not accessible"}}));
  catalogue.refusal = {.what = change_refusal::kind::limit,
                       .code = "cameras_max",
                       .detail = "limits.cameras_max is reached"};
  x = ask(method::post, "/api/streams/", R"({"url": "rtsp://new/"})");
  EXPECT_EQ(x.status, 507);
  EXPECT_NE(x.body.find("limits.cameras_max"), std::string::npos);
  for (const auto* bad : {"", "{}", R"({"url": ""})", R"({"url": 5})"})
    EXPECT_EQ(body_of(ask(method::post, "/api/streams/", bad))["error"],
              "Invalid RTSP URL or stream not accessible");
}

TEST_F(jsmpeg_rest_test, takes_an_address_that_comes_back_as_it_was_shown_for_unchanged) {
  auto shown = body_of(get(gate))["url"].get<std::string>();
  EXPECT_EQ(shown, "rtsp://***@gate");
  auto x = ask(method::put, gate, json{{"url", shown}, {"label", "North"}}.dump());
  EXPECT_EQ(x.status, 200);
  EXPECT_EQ(body_of(x)["label"], "North");
  ASSERT_EQ(catalogue.asked.size(), 1U);
  EXPECT_EQ(json::parse(catalogue.asked[0].body), (json{{"label", "North"}}));
  EXPECT_EQ(catalogue.asked[0].what, camera_change::kind::patch);
  EXPECT_FALSE(catalogue.asked[0].probe);
  EXPECT_EQ(ask(method::patch, gate, json{{"url", shown}}.dump()).status, 200);
  EXPECT_EQ(catalogue.asked.size(), 1U);
  ask(method::patch, gate, R"({"url": "rtsp://other/"})");
  EXPECT_TRUE(catalogue.asked.at(1).probe);
  EXPECT_EQ(json::parse(catalogue.asked[1].body),
            (json{{"url", "rtsp://other/"}, {"username", ""}, {"password", nullptr}}));
}

TEST_F(jsmpeg_rest_test, deletes_without_a_word) {
  auto x = ask(method::del, gate);
  EXPECT_EQ(x.status, 204);
  EXPECT_TRUE(x.body.empty());
  EXPECT_EQ(ask(method::del, "/api/streams/00000000-0000-4000-8000-000000000000/").status, 404);
}

TEST_F(jsmpeg_rest_test, changes_nothing_for_viewers) {
  become(role::viewer);
  EXPECT_EQ(ask(method::post, "/api/streams/", R"({"url": "rtsp://new/"})").status, 403);
  EXPECT_EQ(ask(method::put, gate, R"({"label": "x"})").status, 403);
  EXPECT_EQ(ask(method::del, gate).status, 403);
  EXPECT_TRUE(catalogue.asked.empty());
}

TEST_F(jsmpeg_rest_test, gives_thumbnails_as_clients_know_them) {
  auto picture = std::make_shared<snapshot>();
  picture->jpeg = "jpeg!";
  picture->width = 320;
  picture->height = 240;
  source.answer.picture = picture;
  auto x = body_of(ask(method::get, gate + "thumbnail/?refresh=true"));
  EXPECT_EQ(x["thumbnail"], "data:image/jpeg;base64,anBlZyE=");
  EXPECT_EQ(x["size"], (json{{"width", 320}, {"height", 240}}));
  EXPECT_EQ(x["format"], "jpeg");
  EXPECT_TRUE(x["quality"].is_number());
  EXPECT_TRUE(x["timestamp"].is_string());
  EXPECT_EQ(x["stream_id"], ids.find("gate")->uuid);
  EXPECT_EQ(source.asked[0].width, 320);
  EXPECT_EQ(source.asked[0].height, 240);
  EXPECT_EQ(source.asked[0].max_age, 0ms);
  ask(method::get, gate + "thumbnail/");
  EXPECT_FALSE(source.asked[1].max_age);
  EXPECT_EQ(ask(method::post, gate + "thumbnail/refresh/").status, 200);
  EXPECT_EQ(source.asked[2].max_age, 0ms);
  source.answer = {.picture = nullptr, .why = "it is off"};
  EXPECT_EQ(ask(method::get, gate + "thumbnail/").status, 503);
}

TEST_F(jsmpeg_rest_test, tells_what_the_cache_of_thumbnails_holds_and_empties_it) {
  EXPECT_EQ(
    body_of(ask(method::get, "/api/thumbnails/cache/stats/")),
    (json{{"total_cached", 2}, {"cache_ttl", 2.0}, {"cached_streams", {ids.find("gate")->uuid}}}));
  EXPECT_EQ(ask(method::post, "/api/thumbnails/cache/clear/").status, 200);
  EXPECT_EQ(source.cleared, 1);
}

TEST_F(jsmpeg_rest_test, lets_pages_of_other_ports_of_its_host_call_it_and_no_others) {
  auto x = ask(method::options, gate, {}, {{"Origin", "http://localhost:5173"}});
  EXPECT_EQ(x.status, 204);
  EXPECT_NE(x.fields.find("Access-Control-Allow-Origin: http://localhost:5173"), std::string::npos);
  EXPECT_NE(x.fields.find("Access-Control-Allow-Methods: GET, POST, PUT, PATCH, DELETE"),
            std::string::npos);
  x = ask(method::del, gate, {}, {{"Origin", "http://evil.example"}});
  EXPECT_EQ(x.status, 403);
  EXPECT_EQ(x.fields.find("Access-Control"), std::string::npos);
}

} // namespace
} // namespace camwall::http
