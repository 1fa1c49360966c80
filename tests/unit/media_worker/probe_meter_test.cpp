#include "media/worker/probe_meter.hpp"

#include "media/worker/timestamps.hpp"

#include <gtest/gtest.h>

namespace camwall::media {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t frame = ticks_per_second / 25;

TEST(probe_meter_test, measures_by_the_camera_s_time_though_all_arrives_at_once) {
  probe_meter x;
  for (int i = 0; i <= 100; ++i) {
    x.take_sound(100);
    x.take_picture(i % 50 == 0 ? 5000 : 900, i % 50 == 0, 7 * ticks_per_second + i * frame,
                   probe_meter::time_point{1s});
  }
  EXPECT_NEAR(x.span_s(), 4, 0.001);
  EXPECT_NEAR(x.fps(), 25, 0.001);
  EXPECT_NEAR(x.gop_s(), 2, 0.001);
  EXPECT_NEAR(x.bitrate_bps(), (2 * (5000 + 49 * 900) + 100 * 100) * 8 / 4.0, 1000);
  EXPECT_EQ(x.keyframes(), 3U);
  EXPECT_FALSE(x.has_b_frames());
}

TEST(probe_meter_test, measures_by_arrival_where_the_camera_gives_no_times) {
  probe_meter x;
  probe_meter::time_point now{1s};
  for (int i = 0; i <= 30; ++i, now += 100ms)
    x.take_picture(1000, i % 10 == 0, std::nullopt, now);
  EXPECT_NEAR(x.fps(), 10, 0.01);
  EXPECT_NEAR(x.gop_s(), 1, 0.01);
}

TEST(probe_meter_test, sees_pictures_that_are_shown_in_another_order) {
  probe_meter x;
  probe_meter::time_point now{1s};
  for (int i = 0; i < 50; ++i, now += 40ms) {
    const int shown[] = {0, 3, 1, 2}; // I P B B
    x.take_picture(1000, i % 20 == 0, (i / 4 * 4 + shown[i % 4]) * frame, now);
  }
  EXPECT_TRUE(x.has_b_frames());
  EXPECT_NEAR(x.fps(), 25, 1);
  EXPECT_NEAR(x.gop_s(), 0.8, 0.05);
}

TEST(probe_meter_test, does_not_count_pictures_from_before_it_came) {
  probe_meter x;
  for (std::int64_t i : {3, 1, 2, 6, 4, 5, 9, 7, 8, 12})
    x.take_picture(1000, i == 12, 90'000 + i * frame, {});
  EXPECT_NEAR(x.fps(), 25 * 7 / 9.0, 0.01) << "two of the last group are still to come";
}

TEST(probe_meter_test, goes_on_where_the_camera_s_time_breaks) {
  probe_meter x;
  probe_meter::time_point now{1s};
  for (int i = 0; i <= 50; ++i, now += 40ms)
    x.take_picture(1000, i % 25 == 0,
                   i * frame + (i < 20   ? 0
                                : i < 40 ? 9'000'000
                                         : -1'000'000),
                   now);
  EXPECT_NEAR(x.span_s(), 2, 0.01);
  EXPECT_NEAR(x.gop_s(), 1, 0.01);
  EXPECT_FALSE(x.has_b_frames());
}

TEST(probe_meter_test, says_nothing_before_it_knows) {
  probe_meter x;
  EXPECT_EQ(x.fps(), 0);
  EXPECT_EQ(x.bitrate_bps(), 0);
  x.take_picture(1000, true, 0, {});
  EXPECT_EQ(x.fps(), 0);
  EXPECT_EQ(x.gop_s(), 0);
  EXPECT_EQ(x.bitrate_bps(), 0);
  x.take_picture(1000, false, 9 * frame, {});
  EXPECT_EQ(x.gop_s(), 0) << "one keyframe has no distance";
  EXPECT_NEAR(x.bitrate_bps(), 8000 / 0.36, 1) << "of what there is, without a whole group";
}

} // namespace
} // namespace camwall::media
