#include "media/server/probe_advice.hpp"

#include <gtest/gtest.h>

namespace camwall::media {
namespace {

/// A camera with which nothing is wrong.
probe_report good() {
  probe_report x;
  x.transport = "tcp";
  x.video = "h264";
  x.profile = "Main";
  x.audio = "aac";
  x.width = 640;
  x.height = 360;
  x.fps = 15;
  x.gop_s = 1;
  x.watched_s = 2;
  x.bitrate_bps = 5e5;
  return x;
}

std::string codes(const probe_report& x, std::string_view asked = "tcp") {
  std::string out;
  for (const auto& y : advise(x, asked)) {
    out += (out.empty() ? "" : " ") + y.code;
    EXPECT_EQ(y.text.back(), '.') << y.text;
  }
  return out;
}

TEST(probe_advice_test, has_none_for_a_camera_that_is_right) {
  EXPECT_EQ(codes(good()), "");
}

TEST(probe_advice_test, says_each_thing_that_could_be_better) {
  struct row {
    const char* code;
    void (*change)(probe_report&);
  };
  const row rows[] = {
    {"codec", [](auto& x) { x.video = "mjpeg"; }},
    {"h265", [](auto& x) { x.video = "h265"; }},
    {"profile", [](auto& x) { x.profile = "High 4:2:2"; }},
    {"long_gop", [](auto& x) { x.gop_s = 10; }},
    {"udp_only", [](auto& x) { x.transport = "udp"; }},
    {"large", [](auto& x) { x.width = 1920, x.height = 1080; }},
    {"high_bitrate", [](auto& x) { x.bitrate_bps = 12e6; }},
    {"b_frames", [](auto& x) { x.b_frames = true; }},
    {"low_fps", [](auto& x) { x.fps = 2; }},
    {"sound", [](auto& x) { x.audio = "pcm_alaw"; }},
    {"sound", [](auto& x) { x.audio = "adpcm_g726le"; }},
    {"clock", [](auto& x) { x.clock_ahead_s = -1e9; }},
  };
  for (const auto& [code, change] : rows) {
    auto x = good();
    change(x);
    EXPECT_EQ(codes(x), code);
  }
}

TEST(probe_advice_test, takes_a_keyframe_that_did_not_come_for_a_long_distance) {
  auto x = good();
  x.gop_s = 0;
  EXPECT_EQ(codes(x), "") << "it was not looked at for long";
  x.watched_s = 8;
  EXPECT_EQ(codes(x), "long_gop");
  EXPECT_NE(advise(x, "tcp")[0].text.find("(15 to 30 pictures)"), std::string::npos);
}

TEST(probe_advice_test, leaves_what_was_asked_for_and_small_differences_alone) {
  auto x = good();
  x.transport = "udp";
  x.gop_s = 4.05;
  x.clock_ahead_s = 4;
  EXPECT_EQ(codes(x, "udp"), "");
}

TEST(probe_advice_test, tells_sound_that_is_made_into_aac_from_sound_that_is_left_out) {
  auto x = good();
  x.audio = "pcm_mulaw";
  EXPECT_NE(advise(x, "tcp")[0].text.find("fine"), std::string::npos);
  x.audio = "opus";
  EXPECT_NE(advise(x, "tcp")[0].text.find("left out"), std::string::npos);
}

TEST(probe_advice_test, says_nothing_of_a_camera_that_was_not_seen) {
  EXPECT_EQ(codes({.reason = reason::auth}), "");
  EXPECT_TRUE(plays_where({.reason = reason::auth}).empty());
}

TEST(probe_advice_test, tells_where_it_plays) {
  using words = std::vector<std::string>;
  auto x = good();
  EXPECT_EQ(plays_where(x), (words{"mse", "hls", "jpeg", "mpeg1"}));
  x.video = "h265";
  EXPECT_EQ(plays_where(x), (words{"mse_some_browsers", "hls_some_players", "jpeg", "mpeg1"}));
  x.video = "mjpeg";
  x.reason = reason::unsupported_codec;
  EXPECT_EQ(plays_where(x), words{});
}

} // namespace
} // namespace camwall::media
