// Views over the API: who sees, saves and deletes which.

#include "http/api/api_routes.hpp"
#include "http/api/view_store.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <future>
#include <iterator>
#include <optional>

namespace camwall::http {
namespace {

using nlohmann::json;

constexpr auto path = "/api/v1/views";

wall_view configured(const std::string& name, std::vector<std::string> cameras) {
  wall_view x;
  x.name = name;
  x.cameras = std::move(cameras);
  x.source = "wall.yaml:7";
  return x;
}

class views_test : public testing::Test {
protected:
  views_test() {
    auto x = std::make_shared<wall_snapshot>();
    for (std::string id : {"gate", "door"}) {
      camera_snapshot camera;
      camera.id = id;
      camera.group = id == "gate" ? "yard" : "house";
      x->cameras.push_back(camera);
    }
    wall.publish(x);
    start();
  }

  void start() {
    store.emplace(view_store::parts{
      .file = folder.path() / "views.json",
      .on_limit = [this](std::string_view) { ++limits; },
      .on_warning = [this](std::string_view text) { warning = text; },
    });
    store->configure({configured("front", {"gate", "door"})});
    services.wall = &wall;
    services.views = &*store;
  }

  static principal user(std::string name, role what = role::viewer) {
    return {.role = what, .name = std::move(name)};
  }

  response ask(const principal& who, method how, const std::string& name = "",
               std::string_view body = {}) {
    std::vector<header_field> fields{{"Content-Type", "application/json"}};
    request x;
    x.method = how;
    x.path = name.empty() ? path : std::string{path} + '/' + name;
    x.body = body;
    x.host = "localhost";
    x.headers = fields;
    x.who = who;
    auto found = routes.find(x.path);
    const auto* row = found.rows == nullptr ? nullptr : find_row(*found.rows, how);
    if (row == nullptr || !permits(who, row->action)) {
      response refused;
      refused.status = row == nullptr ? 404 : 403;
      return refused;
    }
    auto out = row->handler(x, found.parameters);
    if (!out.later)
      return out;
    std::promise<response> late;
    out.later([&late](response y) { late.set_value(std::move(y)); });
    return late.get_future().get();
  }

  int put(const principal& who, const std::string& name, std::string_view body = "{}") {
    return ask(who, method::put, name, body).status;
  }

  std::string names(const principal& who) {
    std::string out;
    auto listed = json::parse(ask(who, method::get).body);
    for (const auto& x : listed.at("views"))
      out += x.at("name").get<std::string>() + ' ';
    return out;
  }

  test::temporary_folder folder;
  snapshot_cell wall;
  int limits = 0;
  std::string warning;
  std::optional<view_store> store;
  wall_services services;
  api_context context{services};
  router routes{view_routes(context)};
};

TEST_F(views_test, belong_to_who_saved_them) {
  EXPECT_EQ(put(user("ann"), "mine", R"({"title":"Mine","layout":"2x2","cameras":["gate"]})"), 201);
  EXPECT_EQ(put(user("ann"), "mine", R"({"layout":"1+5"})"), 200);
  EXPECT_EQ(names(user("ann")), "front mine ");
  EXPECT_EQ(names(user("bob")), "front ");
  EXPECT_EQ(ask(user("bob"), method::del, "mine").status, 404);
  EXPECT_EQ(json::parse(ask(user("ann"), method::get, "mine").body).at("layout"), "1+5");
  EXPECT_EQ(ask(user("ann"), method::del, "mine").status, 204);
  EXPECT_EQ(names(user("ann")), "front ");
}

TEST_F(views_test, are_shared_by_operators_and_changed_by_them_alone) {
  constexpr auto body = R"({"shared":true})";
  EXPECT_EQ(put(user("ann"), "all", body), 403);
  EXPECT_EQ(put(user("olga", role::operator_), "all", body), 201);
  EXPECT_EQ(names(user("ann")), "front all ");
  EXPECT_EQ(json::parse(ask(user("ann"), method::get, "all").body).at("read_only"), true);
  EXPECT_EQ(ask(user("ann"), method::del, "all").status, 403);
  EXPECT_EQ(ask(user("paul", role::operator_), method::del, "all").status, 204);
}

TEST_F(views_test, that_is_shared_now_is_ones_own_no_more) {
  auto olga = user("olga", role::operator_);
  EXPECT_EQ(put(olga, "night", R"({"layout":"2x2"})"), 201);
  EXPECT_EQ(put(olga, "night", R"({"layout":"3x3","shared":true})"), 200);
  EXPECT_EQ(names(olga), "front night ");
  EXPECT_EQ(json::parse(ask(olga, method::get, "night").body).at("layout"), "3x3");
  EXPECT_EQ(ask(olga, method::del, "night").status, 204);
  EXPECT_EQ(names(olga), "front ");
}

TEST_F(views_test, of_ones_own_stands_before_that_for_everybody) {
  put(user("olga", role::operator_), "night", R"({"shared":true,"layout":"3x3"})");
  EXPECT_EQ(put(user("ann"), "night", R"({"layout":"2x2"})"), 201);
  EXPECT_EQ(json::parse(ask(user("ann"), method::get, "night").body).at("layout"), "2x2");
  EXPECT_EQ(json::parse(ask(user("bob"), method::get, "night").body).at("layout"), "3x3");
  EXPECT_EQ(ask(user("ann"), method::del, "night").status, 204);
  EXPECT_EQ(json::parse(ask(user("ann"), method::get, "night").body).at("layout"), "3x3");
}

TEST_F(views_test, of_a_later_configuration_stands_before_what_was_saved) {
  put(user("ann"), "mine", R"({"layout":"2x2"})");
  store->configure({configured("mine", {"gate"})});
  EXPECT_EQ(json::parse(ask(user("ann"), method::get, "mine").body).at("read_only"), true);
  EXPECT_EQ(names(user("ann")), "mine ");
  store->configure({});
  EXPECT_EQ(json::parse(ask(user("ann"), method::get, "mine").body).at("layout"), "2x2");
}

TEST_F(views_test, of_the_configuration_cannot_be_changed_here) {
  EXPECT_EQ(put(user("root", role::administrator), "front"), 403);
  EXPECT_EQ(ask(user("root", role::administrator), method::del, "front").status, 403);
  auto x = json::parse(ask(user("olga", role::operator_), method::get, "front").body);
  EXPECT_EQ(x.at("source"), "wall.yaml:7");
  EXPECT_EQ(x.at("read_only"), true);
  EXPECT_EQ(x.at("title"), "front");
  x = json::parse(ask(user("ann"), method::get, "front").body);
  EXPECT_EQ(x.at("source"), nullptr) << "files are for who may look at the configuration";
  EXPECT_EQ(x.at("read_only"), true);
}

TEST_F(views_test, are_saved_by_nobody_without_a_name_but_the_administrator_here) {
  EXPECT_EQ(put(user(""), "mine"), 403);
  EXPECT_EQ(put(user("", role::administrator), "mine"), 201);
  EXPECT_EQ(names(user("")), "front ");
  EXPECT_EQ(names(user("", role::administrator)), "front mine ");
  EXPECT_EQ(put(user("olga", role::operator_), "mine", R"({"shared":true})"), 201);
  EXPECT_EQ(names(user("")), "front mine ") << "hidden by what somebody else keeps";
  auto link = user("");
  link.link = link_kind::watch;
  EXPECT_EQ(put(link, "other"), 403);
}

TEST_F(views_test, never_name_cameras_that_somebody_may_not_know_of) {
  auto guard = user("guard");
  auto scope = std::make_shared<camera_scope>();
  scope->cameras.insert("door");
  guard.scope = scope;
  put(user("olga", role::operator_), "yard", R"({"shared":true,"groups":["yard"]})");
  put(user("olga", role::operator_), "large",
      R"({"shared":true,"spans":{"gate":"2x2","door":"1x2"},"order":["gate","door"]})");
  EXPECT_EQ(names(guard), "front large ");
  auto listed = ask(guard, method::get).body;
  EXPECT_EQ(listed.find("gate"), std::string::npos) << listed;
  EXPECT_EQ(json::parse(ask(guard, method::get, "front").body).at("cameras"), json({"door"}));
}

TEST_F(views_test, are_there_after_a_restart) {
  put(user("ann"), "mine", R"({"title":"Größe","fit":"cover","spans":{"gate":"2x2"},"dwell":7.5})");
  auto before = ask(user("ann"), method::get, "mine").body;
  store.reset();
  start();
  EXPECT_EQ(ask(user("ann"), method::get, "mine").body, before);
}

TEST_F(views_test, a_damaged_file_is_set_aside) {
  store.reset();
  std::ofstream{folder.path() / "views.json"} << "{\"views\": [7]}";
  start();
  EXPECT_NE(warning.find("views.json.broken"), std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "views.json.broken"));
}

TEST_F(views_test, a_file_that_cannot_be_read_is_set_aside_and_not_overwritten) {
  store.reset();
  std::filesystem::create_directory(folder.path() / "views.json");
  start();
  EXPECT_NE(warning.find("views.json.broken"), std::string::npos);
  EXPECT_EQ(put(user("ann"), "mine"), 201);
  EXPECT_TRUE(std::filesystem::is_directory(folder.path() / "views.json.broken"));
}

TEST_F(views_test, of_another_version_are_kept_beside_the_others) {
  put(user("ann"), "mine");
  store.reset();
  std::ofstream{folder.path() / "views.json"}
    << R"({"views": [{"name": "mine", "owner": "ann"}, {"name": "new", "owner": "ann", "layout": "round"}]})";
  start();
  EXPECT_EQ(names(user("ann")), "front mine ");
  EXPECT_NE(warning.find("1 views cannot be read"), std::string::npos) << warning;
  EXPECT_EQ(put(user("ann"), "other"), 201);
  std::ifstream aside{folder.path() / "views.json.broken"};
  std::string kept{std::istreambuf_iterator<char>{aside}, {}};
  EXPECT_NE(kept.find("round"), std::string::npos);
}

TEST_F(views_test, a_disk_that_cannot_be_written_changes_nothing) {
  store.reset();
  std::filesystem::create_directory(folder.path() / "views.json.tmp");
  start();
  EXPECT_EQ(put(user("ann"), "mine"), 503);
  EXPECT_EQ(names(user("ann")), "front ");
}

TEST_F(views_test, are_limited_for_each_user) {
  for (std::size_t i = 0; i < view_limits::of_owner_max; ++i)
    ASSERT_EQ(put(user("ann"), "v" + std::to_string(i)), 201);
  EXPECT_EQ(put(user("ann"), "more"), 507);
  EXPECT_EQ(limits, 1);
  EXPECT_EQ(put(user("ann"), "v0"), 200);
  EXPECT_EQ(put(user("bob"), "more"), 201);
}

std::string large_view() {
  json ids = json::array();
  for (int i = 0; i < 240; ++i)
    ids.push_back(std::string(240, 'x') + std::to_string(i));
  return json{{"cameras", ids}}.dump();
}

TEST_F(views_test, of_one_user_do_not_fill_the_room_of_others) {
  EXPECT_EQ(put(user("ann"), "one", large_view()), 201);
  EXPECT_EQ(put(user("ann"), "two", large_view()), 201);
  EXPECT_EQ(put(user("ann"), "three", large_view()), 507);
  EXPECT_EQ(limits, 1);
  EXPECT_EQ(put(user("ann"), "two", large_view()), 200) << "replaced, not added";
  EXPECT_EQ(put(user("bob"), "one", large_view()), 201);
}

TEST_F(views_test, changes_that_wait_are_limited_and_written_before_the_end) {
  std::promise<void> begun;
  std::promise<void> go_on;
  int done = 0;
  auto view = [](int i) {
    saved_view x{{}, "ann", false};
    x.view.name = "v" + std::to_string(i % 30);
    return x;
  };
  store->put(view(0), false, [&](view_store::outcome) {
    begun.set_value();
    go_on.get_future().wait();
  });
  begun.get_future().wait();
  for (std::size_t i = 0; i < view_limits::changes_max; ++i)
    store->put(view(static_cast<int>(i)), false, [&](view_store::outcome) { ++done; });
  auto refused = view_store::outcome::done;
  store->put(view(0), false, [&](view_store::outcome what) { refused = what; });
  EXPECT_EQ(refused, view_store::outcome::busy);
  EXPECT_EQ(limits, 1);
  go_on.set_value();
  store.reset();
  EXPECT_EQ(done, static_cast<int>(view_limits::changes_max));
  start();
  EXPECT_EQ(store->views_of("ann", false).size(), 31U);
}

TEST_F(views_test, mistakes_are_named_with_their_places) {
  auto x = ask(user("ann"), method::put, "mine",
               R"({"layout":"9x9","fit":"tall","cameras":"gate","spans":{"gate":"9x1"},"dwell":1,)"
               R"("shared":1,"title":7,"colour":"red","source":null})");
  EXPECT_EQ(x.status, 422);
  std::string pointers;
  auto problem = json::parse(x.body);
  for (const auto& fault : problem.at("errors"))
    pointers += fault.at("pointer").get<std::string>() + ' ';
  EXPECT_EQ(pointers, "/layout /fit /cameras /spans /dwell /shared /title /colour ");
  EXPECT_EQ(put(user("ann"), "mine", R"({"cameras":[""]})"), 422);
  EXPECT_EQ(put(user("ann"), "mine", R"({"order":["a\u0000b"]})"), 422);
  EXPECT_EQ(put(user("ann"), "mine", R"({"dwell":1e300})"), 422);
  EXPECT_EQ(put(user("ann"), "Mine"), 422);
  EXPECT_EQ(put(user("ann"), "mine", "[]"), 400);
}

} // namespace
} // namespace camwall::http
