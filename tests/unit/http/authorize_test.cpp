#include "http/authorize.hpp"

#include <gtest/gtest.h>

#include <array>

namespace camwall::http {
namespace {

TEST(authorize_test, takes_loopback_for_the_administrator) {
  request x;
  x.from_loopback = true;
  EXPECT_EQ(identify(x, false).role, role::administrator);
  EXPECT_EQ(identify(x, true).role, role::administrator);
}

TEST(authorize_test, lets_others_look_only_when_access_is_open) {
  request x;
  EXPECT_EQ(identify(x, false).role, role::none);
  EXPECT_EQ(identify(x, true).role, role::viewer);
}

TEST(authorize_test, does_not_take_a_proxy_on_loopback_for_the_administrator) {
  for (auto name : {"Forwarded", "x-forwarded-for"}) {
    std::array<header_field, 1> fields{{{name, "203.0.113.9"}}};
    request x;
    x.from_loopback = true;
    x.headers = fields;
    EXPECT_EQ(identify(x, false).role, role::none) << name;
    EXPECT_EQ(identify(x, true).role, role::viewer) << name;
  }
}

TEST(authorize_test, refuses_everything_to_nobody) {
  for (auto what : {action::view_page, action::view_media, action::view_state, action::view_metrics,
                    action::view_health}) {
    EXPECT_FALSE(authorize({role::none}, what, "gate"));
    EXPECT_TRUE(authorize({role::viewer}, what, "gate"));
    EXPECT_TRUE(authorize({role::administrator}, what, ""));
  }
}

TEST(authorize_test, lets_only_the_administrator_order_something) {
  EXPECT_FALSE(authorize({role::none}, action::operate, "gate"));
  EXPECT_FALSE(authorize({role::viewer}, action::operate, "gate"));
  EXPECT_TRUE(authorize({role::administrator}, action::operate, "gate"));
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
}

} // namespace
} // namespace camwall::http
