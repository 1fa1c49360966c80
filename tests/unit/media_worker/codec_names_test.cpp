#include "media/worker/codec_names.hpp"

#include <gtest/gtest.h>

namespace camwall::media {
namespace {

TEST(codec_names_test, knows_the_words_of_cameras_menus) {
  EXPECT_EQ(names_of("avc1.64001f"), (profile_and_level{"High", "3.1"}));
  EXPECT_EQ(names_of("avc1.42c01e"), (profile_and_level{"Constrained Baseline", "3.0"}));
  EXPECT_EQ(names_of("avc1.42001e"), (profile_and_level{"Baseline", "3.0"}));
  EXPECT_EQ(names_of("avc1.4d4028"), (profile_and_level{"Main", "4.0"}));
  EXPECT_EQ(names_of("hvc1.1.6.L93.B0"), (profile_and_level{"Main", "3.1"}));
  EXPECT_EQ(names_of("hvc1.2.4.H150"), (profile_and_level{"Main 10", "5.0"}));
}

TEST(codec_names_test, says_nothing_of_what_it_does_not_know) {
  EXPECT_EQ(names_of("avc1.010a1f"), (profile_and_level{"", "3.1"}));
  for (const auto* x : {"", "avc1.", "avc1.64001", "avc1.zz001f", "hvc1.", "hvc1.1.6", "mp4a.40.2"})
    EXPECT_EQ(names_of(x), profile_and_level{}) << x;
}

} // namespace
} // namespace camwall::media
