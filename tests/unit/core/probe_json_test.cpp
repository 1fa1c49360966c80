#include "core/probe_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace camwall {
namespace {

TEST(probe_json_test, tells_what_was_found_out) {
  probe_report x;
  x.shown_url = "rtsp://***@gate/live";
  x.video = "h264";
  x.width = 640;
  x.fps = 14.99996;
  x.clock_ahead_s = -3.25;
  x.plays = {"mse", "hls"};
  x.advices = {{.code = "h265", .text = "Set H.264."}};
  auto tree = nlohmann::json::parse(to_json(x));
  EXPECT_EQ(tree["url"], "rtsp://***@gate/live");
  EXPECT_EQ(tree["reason"], nullptr) << "it gives pictures";
  EXPECT_EQ(tree["video"], "h264");
  EXPECT_EQ(tree["width"], 640);
  EXPECT_EQ(tree["fps"], 15.0);
  EXPECT_EQ(tree["clock_ahead_s"], -3.25);
  EXPECT_EQ(tree["plays"].size(), 2U);
  EXPECT_EQ(tree["advice"][0]["code"], "h265");
}

TEST(probe_json_test, says_null_for_what_was_not) {
  auto tree = nlohmann::json::parse(to_json({.reason = reason::auth, .detail = "401"}));
  EXPECT_EQ(tree["reason"], "auth");
  for (const auto* key : {"video", "audio", "width", "gop_s", "bitrate_bps", "clock_ahead_s"})
    EXPECT_EQ(tree[key], nullptr) << key;
}

} // namespace
} // namespace camwall
