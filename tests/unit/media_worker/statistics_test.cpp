#include "media/worker/statistics.hpp"

#include <gtest/gtest.h>

namespace camwall::media {

namespace {

using namespace std::chrono_literals;

TEST(statistics_test, reports_the_first_access_unit_at_once_and_then_four_times_a_second) {
  statistics x;
  statistics::time_point now{};
  int reports = 0;
  for (int i = 0; i < 100; ++i, now += 40ms) {
    x.count_access_unit(i % 25 == 0, now);
    bool due = x.due(now).has_value();
    EXPECT_TRUE(due || i > 0);
    reports += due ? 1 : 0;
  }
  EXPECT_GE(reports, 13);
  EXPECT_LE(reports, 16);
}

TEST(statistics_test, measures_rates_and_the_distance_of_keyframes) {
  statistics x;
  statistics::time_point now{};
  std::optional<progress> last;
  for (int i = 0; i < 101; ++i, now += 40ms) {
    x.count_bytes(1000);
    x.count_access_unit(i % 25 == 0, now);
    if (auto report = x.due(now))
      last = report;
  }
  EXPECT_NEAR(last->fps, 25, 0.5);
  EXPECT_NEAR(last->bitrate_bps, 200'000, 4000);
  EXPECT_NEAR(last->gop_s, 1.0, 0.001);
  EXPECT_EQ(last->keyframes, 4U);
  EXPECT_LT(last->keyframe_age_s, 1.0);
}

TEST(statistics_test, forgets_a_long_distance_of_keyframes_after_eight_shorter_ones) {
  statistics x;
  statistics::time_point now{};
  x.count_access_unit(true, now);
  x.count_access_unit(true, now += 10s);
  EXPECT_NEAR(x.due(now)->gop_s, 10, 0.001);
  for (int i = 0; i < 8; ++i)
    x.count_access_unit(true, now += 1s);
  EXPECT_NEAR(x.due(now)->gop_s, 1, 0.001);
}

} // namespace

} // namespace camwall::media
