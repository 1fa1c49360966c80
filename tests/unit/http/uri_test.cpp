#include "http/uri.hpp"

#include <gtest/gtest.h>

namespace camwall::http {
namespace {

TEST(uri_test, decodes_a_path_once) {
  EXPECT_EQ(decode_path("/"), "/");
  EXPECT_EQ(decode_path("/a/b.js"), "/a/b.js");
  EXPECT_EQ(decode_path("/a%20b%2D"), "/a b-");
  EXPECT_EQ(decode_path("/%c3%a4"), "/\xc3\xa4");
  EXPECT_EQ(decode_path("/%252e%252e/x"), "/%2e%2e/x");
  EXPECT_EQ(decode_path("/..x/x../..."), "/..x/x../...");
  EXPECT_EQ(decode_path("/a/"), "/a/");
}

TEST(uri_test, refuses_paths_that_could_mean_two_files) {
  for (auto x : {"",       "a",         "/..",     "/../x",       "/a/../b", "/a/..",  "/a/.",
                 "/./a",   "/%2e%2e/x", "/%2E./x", "/.%2e",       "/a%2fb",  "/a%2Fb", "/a\\b",
                 "/a%5cb", "/a%00",     "/a%0a",   "/a%7f",       "/a%",     "/a%2",   "/a%zz",
                 "/a%2g",  "//a",       "/a//b",   "/a/%2e%2e%2f"})
    EXPECT_FALSE(decode_path(x)) << x;
}

TEST(uri_test, decodes_a_value_of_the_query) {
  EXPECT_EQ(decode_query("Front+yard%2F1%2b%C3%A4", 100), "Front yard/1+\xc3\xa4");
  EXPECT_EQ(decode_query("", 100), "");
  EXPECT_EQ(decode_query("abc", 3), "abc");
  EXPECT_FALSE(decode_query("abcd", 3));
  for (auto x : {"%", "%2", "%zz", "%00", "%0a"})
    EXPECT_FALSE(decode_query(x, 100)) << x;
}

TEST(uri_test, reads_plain_numbers_only) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("256"), 256U);
  for (auto x : {"", "-1", "+1", " 1", "1 ", "1x", "0x1", "9999999999"})
    EXPECT_FALSE(parse_number(x)) << x;
}

} // namespace
} // namespace camwall::http
