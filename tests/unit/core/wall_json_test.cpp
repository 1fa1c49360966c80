#include "core/wall_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <vector>

namespace camwall {
namespace {

using nlohmann::json;

wall_snapshot wall_of(int count) {
  wall_snapshot wall;
  for (int i = 0; i < count; ++i) {
    camera_snapshot camera;
    camera.id = "cam" + std::to_string(i);
    wall.cameras.push_back(camera);
  }
  return wall;
}

TEST(wall_json_test, shows_what_is_not_known_as_null) {
  auto wall = wall_of(1);
  wall.cameras[0].streams.push_back({.name = "main"});
  auto camera = json::parse(to_json(wall.cameras[0]));
  EXPECT_TRUE(camera.at("reason").is_null());
  EXPECT_TRUE(camera.at("next_try").is_null());
  EXPECT_TRUE(camera.at("down_since").is_null());
  EXPECT_TRUE(camera.at("streams").at("main").at("video").is_null());
  EXPECT_TRUE(camera.at("streams").at("main").at("sandboxed").is_null());
}

TEST(wall_json_test, names_the_conditions_and_since_when_each_holds) {
  auto wall = wall_of(1);
  EXPECT_EQ(json::parse(to_json(wall.cameras[0])).at("conditions"), json::array());
  EXPECT_EQ(json::parse(to_json(wall.cameras[0])).at("condition_since"), json::object());
  wall.cameras[0].conditions = {{.what = condition::black, .since = wall_time{}}};
  auto camera = json::parse(to_json(wall.cameras[0]));
  EXPECT_EQ(camera.at("conditions"), json({"black"}));
  EXPECT_EQ(camera.at("condition_since"), json({{"black", "1970-01-01T00:00:00.000Z"}}));
}

TEST(wall_json_test, pages_and_names_the_next_offset) {
  auto wall = wall_of(5);
  std::vector<const camera_snapshot*> all;
  for (const auto& camera : wall.cameras)
    all.push_back(&camera);
  auto first = json::parse(to_json(all, 0, 2));
  EXPECT_EQ(first.at("cameras").size(), 2u);
  EXPECT_EQ(first.at("next"), 2);
  auto last = json::parse(to_json(all, 4, 2));
  EXPECT_EQ(last.at("cameras").size(), 1u);
  EXPECT_TRUE(last.at("next").is_null());
  EXPECT_TRUE(json::parse(to_json(all, 99, 2)).at("cameras").empty());
}

TEST(wall_json_test, survives_a_label_that_is_not_utf8) {
  auto wall = wall_of(1);
  wall.cameras[0].label = "caf\xe9";
  EXPECT_NO_THROW(std::ignore = json::parse(to_json(wall.cameras[0])));
}

} // namespace
} // namespace camwall
