#include "http/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace camwall::http {
namespace {

std::vector<route> table() {
  auto nothing = [](const request&, const path_parameters&) { return response{}; };
  return {
    {method::get, "/", action::view_page, nothing},
    {method::get, "/static/*", action::view_page, nothing},
    {method::get, "/hls/:camera/index.m3u8", action::view_media, nothing},
    {method::get, "/hls/:camera/:stream/:file", action::view_media, nothing},
    {method::get, "/api/v1/cameras", action::view_state, nothing},
    {method::get, "/api/v1/cameras/:id", action::view_state, nothing},
    {method::del, "/api/v1/cameras/:id", action::view_state, nothing},
  };
}

std::string_view pattern_of(const router& sut, const std::string& path) {
  auto found = sut.find(path);
  return found.rows == nullptr ? std::string_view{} : found.rows->front()->pattern;
}

TEST(router_test, finds_the_pattern_of_a_path) {
  router sut{table()};
  EXPECT_EQ(pattern_of(sut, "/"), "/");
  EXPECT_EQ(pattern_of(sut, "/static/a.js"), "/static/*");
  EXPECT_EQ(pattern_of(sut, "/static/a/b/c/d/e/f.js"), "/static/*");
  EXPECT_EQ(pattern_of(sut, "/hls/gate/index.m3u8"), "/hls/:camera/index.m3u8");
  EXPECT_EQ(pattern_of(sut, "/hls/gate/sub/index.m3u8"), "/hls/:camera/:stream/:file");
  EXPECT_EQ(pattern_of(sut, "/hls/:camera/:stream/:file"), "/hls/:camera/:stream/:file");
  EXPECT_EQ(pattern_of(sut, "/api/v1/cameras"), "/api/v1/cameras");
  EXPECT_EQ(pattern_of(sut, "/api/v1/cameras/gate"), "/api/v1/cameras/:id");
}

TEST(router_test, finds_nothing_for_other_paths) {
  router sut{table()};
  for (auto x : {"", "*", "/static", "/static/", "/static/a/", "/static/a/b/c/d/e/f/g", "/hls",
                 "/hls/gate", "/hls/gate/sub", "/hls/gate/sub/a/b", "/api/v1/cameras/",
                 "/api/v1/cameras/a/b", "/Api/v1/cameras", "/api", "/x"})
    EXPECT_EQ(pattern_of(sut, x), "") << x;
}

TEST(router_test, gives_the_named_parts) {
  router sut{table()};
  auto found = sut.find("/hls/gate/sub/1-2v.m4s");
  EXPECT_EQ(found.parameters.get(":camera"), "gate");
  EXPECT_EQ(found.parameters.get(":stream"), "sub");
  EXPECT_EQ(found.parameters.get(":file"), "1-2v.m4s");
  EXPECT_EQ(found.parameters.get(":id"), "");
}

TEST(router_test, groups_the_methods_of_a_pattern) {
  router sut{table()};
  auto found = sut.find("/api/v1/cameras/gate");
  ASSERT_NE(found.rows, nullptr);
  EXPECT_EQ(found.rows->size(), 2U);
}

TEST(router_test, refuses_a_row_that_is_given_twice) {
  auto rows = table();
  rows.push_back(rows.front());
  EXPECT_THROW(router{rows}, std::invalid_argument);
}

} // namespace
} // namespace camwall::http
