#include "media/worker/timestamps.hpp"

#include "media/worker/segmenter.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace camwall::media {

namespace {

constexpr std::int64_t second = ticks_per_second;
constexpr std::int64_t frame = second / 25;

/// Feeds a clock; checks what must hold whatever comes.
struct feeder {
  explicit feeder(int reorder = 0) : clock(reorder) {
    // nop
  }

  video_stamp operator()(std::optional<std::int64_t> pts, std::int64_t arrival) {
    auto x = clock.next(pts, arrival);
    EXPECT_GT(x.dts, last_dts) << "decoding times must grow";
    EXPECT_GE(x.pts, x.dts);
    EXPECT_GE(x.dts, 0);
    last_dts = x.dts;
    return x;
  }

  /// `n` pictures at the usual distance, beginning with camera time `pts` at `arrival`.
  video_stamp run(int n, std::int64_t pts, std::int64_t arrival) {
    video_stamp x;
    for (int i = 0; i < n; ++i)
      x = (*this)(pts + i * frame, arrival + i * frame);
    return x;
  }

  video_clock clock;
  std::int64_t last_dts = -1;
};

TEST(video_clock_test, begins_at_the_first_tick_whatever_the_camera_says) {
  for (std::int64_t pts : {std::int64_t{0}, std::int64_t{-5000}, std::int64_t{1} << 40}) {
    feeder feed;
    EXPECT_EQ(feed(pts, 77).pts, first_output_tick);
    EXPECT_EQ(feed(pts + frame, 77 + frame).dts, first_output_tick + frame);
  }
}

TEST(video_clock_test, keeps_the_order_of_decoding_of_reordered_pictures) {
  feeder feed{2};
  std::vector<std::int64_t> order{0, 3, 1, 2, 6, 4, 5, 9, 7, 8};
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto x = feed(order[i] * frame, static_cast<std::int64_t>(i) * frame);
    EXPECT_EQ(x.pts, first_output_tick + order[i] * frame);
    EXPECT_EQ(x.dts, first_output_tick + (static_cast<std::int64_t>(i) - 2) * frame);
    EXPECT_FALSE(x.jumped);
  }
}

TEST(video_clock_test, learns_that_pictures_are_reordered_when_the_sps_does_not_tell) {
  feeder feed{0};
  std::vector<std::int64_t> order{0, 2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11};
  for (std::size_t i = 0; i < order.size(); ++i) {
    auto x = feed(order[i] * frame, static_cast<std::int64_t>(i) * frame);
    EXPECT_FALSE(x.jumped);
    if (i > 4) {
      EXPECT_EQ(x.pts, first_output_tick + order[i] * frame);
    }
  }
}

TEST(video_clock_test, stands_missing_and_repeated_times) {
  feeder feed;
  feed(0, 0);
  EXPECT_EQ(feed(std::nullopt, frame).pts, first_output_tick + frame);
  feed(frame, 2 * frame);
  EXPECT_EQ(feed(frame, 3 * frame).pts, first_output_tick + 2 * frame);
  EXPECT_EQ(feed(4 * frame, 4 * frame).pts, first_output_tick + 4 * frame);
}

TEST(video_clock_test, stands_times_that_are_always_missing) {
  feeder feed;
  video_stamp x;
  for (int i = 0; i < 100; ++i)
    x = feed(std::nullopt, i * frame);
  EXPECT_FALSE(x.jumped);
  EXPECT_NEAR(static_cast<double>(x.pts), first_output_tick + 99.0 * frame, frame);
}

TEST(video_clock_test, goes_on_in_step_with_the_clock_when_time_jumps_forward) {
  feeder feed;
  feed.run(100, 0, 0);
  auto x = feed(3600 * second, 100 * frame);
  EXPECT_TRUE(x.jumped);
  EXPECT_EQ(x.pts, first_output_tick + 100 * frame);
  x = feed(3600 * second + frame, 101 * frame);
  EXPECT_FALSE(x.jumped) << "one jump is one discontinuity";
  EXPECT_EQ(x.pts, first_output_tick + 101 * frame);
}

TEST(video_clock_test, goes_on_when_time_jumps_back) {
  feeder feed;
  feed.run(100, 3600 * second, 0);
  auto x = feed(0, 100 * frame);
  EXPECT_TRUE(x.jumped);
  EXPECT_EQ(x.pts, first_output_tick + 100 * frame);
  EXPECT_FALSE(feed(frame, 101 * frame).jumped);
}

TEST(video_clock_test, keeps_silent_about_jumps_just_after_play) {
  feeder feed;
  feed(0, 0);
  EXPECT_FALSE(feed(500 * second, frame).jumped);
  EXPECT_FALSE(feed(500 * second + frame, 2 * frame).jumped);
}

TEST(video_clock_test, takes_lost_pictures_for_a_pause_and_no_jump) {
  feeder feed;
  feed.run(100, 0, 0);
  auto x = feed(150 * frame, 150 * frame);
  EXPECT_FALSE(x.jumped);
  EXPECT_EQ(x.pts, first_output_tick + 150 * frame);
}

TEST(video_clock_test, takes_a_burst_after_a_pause_of_the_network_for_what_it_is) {
  feeder feed;
  feed.run(100, 0, 0);
  for (int i = 100; i < 140; ++i)
    EXPECT_FALSE(feed(i * frame, 140 * frame).jumped);
}

TEST(video_clock_test, ties_itself_anew_to_the_clock_when_the_camera_runs_too_fast) {
  feeder feed;
  int jumps = 0;
  for (int i = 0; i < 25 * 240; ++i)
    jumps += feed(i * frame * 11 / 10, i * frame).jumped ? 1 : 0;
  EXPECT_GE(jumps, 1);
  EXPECT_LE(jumps, 4);
}

TEST(video_clock_test, tells_when_a_picture_should_have_come) {
  feeder feed;
  feed.run(100, 0, 1000);
  EXPECT_EQ(feed.clock.arrival_of(first_output_tick + 10 * frame), 1000 + 10 * frame);
  EXPECT_EQ(feed.clock.due(1000 + 10 * frame), first_output_tick + 10 * frame);
}

TEST(video_clock_test, keeps_its_promises_whatever_the_times) {
  feeder feed{1};
  std::uint64_t seed = 1;
  std::int64_t arrival = 0;
  for (int i = 0; i < 20'000; ++i) {
    seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
    arrival += static_cast<std::int64_t>(seed >> 52);
    std::optional<std::int64_t> pts;
    if ((seed & 7U) != 0)
      pts = static_cast<std::int64_t>((seed >> 20) & 0xffffff) * 40 - 100'000'000;
    feed(pts, arrival);
  }
}

constexpr int rate = 48'000;

TEST(audio_clock_test, removes_jitter) {
  audio_clock clock{rate, 1024};
  clock.fill(0);
  EXPECT_EQ(clock.next(30, 0, 0, 1024)->at, 0);
  EXPECT_EQ(clock.next(1000, 0, 1024, 1024)->at, 1024);
  EXPECT_EQ(clock.next(2100, 0, 2048, 1024)->at, 2048);
}

TEST(audio_clock_test, tells_of_missing_sound) {
  audio_clock clock{rate, 1024};
  clock.fill(0);
  clock.next(0, 0, 0, 1024);
  auto x = clock.next(20 * 1024, 0, 20 * 1024, 1024);
  EXPECT_EQ(x->at, 20 * 1024);
  EXPECT_EQ(x->gap, 19 * 1024);
}

TEST(audio_clock_test, drops_what_comes_twice) {
  audio_clock clock{rate, 1024};
  clock.fill(10 * 1024);
  EXPECT_FALSE(clock.next(0, 0, 10 * 1024, 1024));
  EXPECT_TRUE(clock.next(10 * 1024, 0, 10 * 1024, 1024));
}

TEST(audio_clock_test, does_without_the_pictures_time_when_that_is_of_no_help) {
  audio_clock clock{rate, 1024};
  clock.fill(rate);
  auto x = clock.next(3600LL * rate, 0, rate, 1024);
  EXPECT_EQ(x->at, rate);
  x = clock.next(3600LL * rate + 1024, 0, rate + 1024, 1024);
  EXPECT_EQ(x->at, rate + 1024);
}

TEST(audio_clock_test, places_packets_without_a_time_behind_the_last) {
  audio_clock clock{rate, 1024};
  clock.fill(0);
  EXPECT_EQ(clock.next(std::nullopt, 0, 0, 1024)->at, 0);
  EXPECT_EQ(clock.next(std::nullopt, 0, 5000, 1024)->at, 1024);
}

TEST(segmenter_test, cuts_at_the_first_keyframe_that_is_late_enough) {
  segmenter x{second};
  x.begin(0);
  EXPECT_FALSE(x.cuts(true, second / 2, frame));
  EXPECT_FALSE(x.cuts(false, 2 * second, frame));
  EXPECT_TRUE(x.cuts(true, second, frame));
  EXPECT_TRUE(x.cuts(true, second - frame / 2, frame)) << "a keyframe that comes a bit early";
}

TEST(segmenter_test, cuts_at_any_keyframe_when_forced) {
  segmenter x{second};
  x.begin(0);
  x.force();
  EXPECT_FALSE(x.cuts(false, frame, frame));
  EXPECT_TRUE(x.cuts(true, frame, frame));
  x.begin(frame);
  EXPECT_FALSE(x.cuts(true, 2 * frame, frame));
}

} // namespace

} // namespace camwall::media
