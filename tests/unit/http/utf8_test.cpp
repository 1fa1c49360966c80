#include "http/websocket/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace camwall::http {
namespace {

TEST(utf8_test, takes_the_first_and_last_character_of_each_length) {
  for (const auto* x : {"", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                        "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(x)) << x;
  EXPECT_TRUE(is_utf8(std::string(3, '\0')));
}

TEST(utf8_test, refuses_what_is_overlong_cut_or_beyond) {
  for (const auto* x : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41", "\xe0\x9f\xbf",
                        "\xe2\x82", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",
                        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "ok\xc3", "\xe2\x28\xa1"})
    EXPECT_FALSE(is_utf8(x)) << x;
}

TEST(utf8_test, cuts_between_characters) {
  EXPECT_EQ(cut_utf8("abc", 3), "abc");
  EXPECT_EQ(cut_utf8("abc", 2), "ab");
  EXPECT_EQ(cut_utf8("a\xe2\x82\xac", 3), "a");
  EXPECT_EQ(cut_utf8("\xe2\x82\xac", 2), "");
}

} // namespace
} // namespace camwall::http
