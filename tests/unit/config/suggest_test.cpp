#include "config/suggest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace camwall::config {
namespace {

constexpr std::array<std::string_view, 4> words{"transport", "audio", "url", "sub_url"};

TEST(suggest_test, finds_the_nearest_word_within_two_mistakes) {
  EXPECT_EQ(suggest("trasnport", words), "transport");
  EXPECT_EQ(suggest("transprot", words), "transport");
  EXPECT_EQ(suggest("tranport", words), "transport");
  EXPECT_EQ(suggest("suburl", words), "sub_url");
  EXPECT_EQ(suggest("ulr", words), "url");
}

TEST(suggest_test, stays_silent_when_nothing_is_near) {
  EXPECT_EQ(suggest("zebra", words), "");
  EXPECT_EQ(suggest("", words), "");
  EXPECT_EQ(suggest("id", words), "");
  EXPECT_EQ(suggest(std::string(10'000, 'a'), words), "");
}

} // namespace
} // namespace camwall::config
