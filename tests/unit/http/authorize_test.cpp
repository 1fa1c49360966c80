#include "http/authorize.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <utility>

namespace camwall::http {
namespace {

constexpr std::array looking{action::view_page, action::view_media, action::view_still,
                             action::view_state};

TEST(authorize_test, lets_nobody_look_who_is_not_known) {
  for (auto what : looking) {
    EXPECT_FALSE(permits({role::none}, what));
    EXPECT_TRUE(permits({role::viewer}, what));
    EXPECT_TRUE(permits({role::administrator}, what));
  }
  EXPECT_TRUE(permits({role::none}, action::sign_in));
  EXPECT_TRUE(permits({role::none}, action::open_socket)); // To be told by a close code.
}

TEST(authorize_test, lets_operators_order_and_administrators_configure) {
  for (auto what : {action::operate, action::view_configuration}) {
    EXPECT_FALSE(permits({role::viewer}, what));
    EXPECT_TRUE(permits({role::operator_}, what));
    EXPECT_TRUE(permits({role::administrator}, what));
  }
  EXPECT_FALSE(permits({role::operator_}, action::configure));
  EXPECT_TRUE(permits({role::administrator}, action::configure));
}

TEST(authorize_test, holds_a_user_to_his_cameras_and_groups) {
  wall_snapshot wall;
  for (auto [id, group] : {std::pair{"gate", "yard"}, {"door", "yard"}, {"safe", ""}}) {
    camera_snapshot x;
    x.id = id;
    x.group = group;
    wall.cameras.push_back(x);
  }
  auto sees = [&](camera_scope scope, std::string_view camera) {
    principal who{role::viewer};
    who.scope = std::make_shared<const camera_scope>(std::move(scope));
    return authorize(who, action::view_media, camera, &wall);
  };
  EXPECT_TRUE(authorize({role::viewer}, action::view_media, "safe", &wall));
  EXPECT_TRUE(sees({{"gate"}, {}}, "gate"));
  EXPECT_FALSE(sees({{"gate"}, {}}, "door"));
  EXPECT_TRUE(sees({{}, {"yard"}}, "door"));
  EXPECT_FALSE(sees({{}, {"yard", ""}}, "safe")); // Cameras without a group are no group.
  EXPECT_FALSE(sees({{}, {"yard"}}, "unknown"));
  EXPECT_TRUE(sees({{"unknown"}, {}}, "unknown"));
  EXPECT_FALSE(sees({}, "gate"));
}

TEST(authorize_test, opens_with_a_link_what_it_is_for_only) {
  principal watch{role::viewer};
  watch.link = link_kind::watch;
  principal still{role::viewer};
  still.link = link_kind::still;
  for (auto what : looking) {
    EXPECT_TRUE(permits(watch, what));
    EXPECT_EQ(permits(still, what), what == action::view_still);
  }
  for (auto what : {action::view_metrics, action::view_health, action::operate,
                    action::view_configuration, action::configure}) {
    EXPECT_FALSE(permits(watch, what));
    EXPECT_FALSE(permits(still, what));
  }
}

TEST(authorize_test, tells_a_page_of_another_origin) {
  auto cross = [](std::string_view origin) {
    std::array<header_field, 1> fields{{{"Origin", origin}}};
    request x;
    x.host = "wall:8080";
    x.headers = fields;
    return is_cross_origin(x);
  };
  EXPECT_FALSE(is_cross_origin(request{}));
  EXPECT_FALSE(cross("http://wall:8080"));
  EXPECT_FALSE(cross("https://WALL:8080"));
  for (auto x : {"null", "http://evil.example", "http://wall", "http://wall:8081",
                 "http://wall:8080.evil.example"})
    EXPECT_TRUE(cross(x)) << x;
  std::array<header_field, 1> fields{{{"Origin", "https://intra.example"}}};
  request listed;
  listed.host = "wall:8080";
  listed.headers = fields;
  listed.listed_origin = true;
  EXPECT_FALSE(is_cross_origin(listed));
}

} // namespace
} // namespace camwall::http
