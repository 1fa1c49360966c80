#include "media/worker/rendition.hpp"

#include "media/worker/rendition_queue.hpp"

#include <gmock/gmock.h>

namespace camwall::media {
namespace {

constexpr picture_size hd{.width = 1280, .height = 720};
constexpr picture_size full_hd{.width = 1920, .height = 1080};

picture_size sized(int width, int height, picture_size native = hd, double aspect = 1) {
  return size_of(
    {.width = static_cast<std::uint16_t>(width), .height = static_cast<std::uint16_t>(height)},
    native, aspect);
}

TEST(rendition_size_test, is_the_cameras_when_none_is_asked_for) {
  EXPECT_EQ(sized(0, 0), hd);
}

TEST(rendition_size_test, keeps_the_aspect_when_one_side_is_asked_for) {
  EXPECT_EQ(sized(640, 0), (picture_size{.width = 640, .height = 360}));
  EXPECT_EQ(sized(0, 360), (picture_size{.width = 640, .height = 360}));
}

TEST(rendition_size_test, minds_that_pixels_need_not_be_square) {
  constexpr picture_size pal{.width = 704, .height = 576};
  EXPECT_EQ(sized(640, 0, pal, 12.0 / 11), (picture_size{.width = 640, .height = 480}));
}

TEST(rendition_size_test, stretches_to_both_sides) {
  EXPECT_EQ(sized(640, 480), (picture_size{.width = 640, .height = 480}));
}

TEST(rendition_size_test, is_even_and_within_its_limits) {
  EXPECT_EQ(sized(333, 0), (picture_size{.width = 334, .height = 188}));
  EXPECT_EQ(sized(65'535, 65'535),
            (picture_size{.width = rendition_side_max, .height = rendition_side_max}));
  EXPECT_EQ(sized(1, 1), (picture_size{.width = rendition_side_min, .height = rendition_side_min}));
  EXPECT_EQ(sized(0, 0, {.width = 8160, .height = 4080}),
            (picture_size{.width = 4080, .height = 2040}));
}

TEST(rendition_quality_test, is_finer_and_larger_the_higher_it_is) {
  for (int q = 2; q <= 100; ++q) {
    EXPECT_LE(jpeg_quantiser(q), jpeg_quantiser(q - 1)) << q;
    EXPECT_GE(mpeg1_bit_rate(hd, q), mpeg1_bit_rate(hd, q - 1)) << q;
  }
  EXPECT_EQ(jpeg_quantiser(1), 31);
  EXPECT_EQ(jpeg_quantiser(100), 1);
  EXPECT_EQ(jpeg_quantiser(0), jpeg_quantiser(rendition_quality_default));
  EXPECT_EQ(mpeg1_bit_rate(hd, 0), mpeg1_bit_rate(hd, rendition_quality_default));
  EXPECT_GT(mpeg1_bit_rate(full_hd, 80), mpeg1_bit_rate(hd, 80));
}

/// How many of the pictures of ten seconds are taken, and the distances between them in pictures.
std::vector<int> distances(int camera_fps, int fps, int jitter_ticks = 0) {
  rendition_pace pace{fps};
  std::vector<int> out;
  int last = 0;
  for (int i = 0; i < 10 * camera_fps; ++i)
    if (pace.takes(i * 90'000 / camera_fps + (i % 2 == 0 ? jitter_ticks : -jitter_ticks))) {
      out.push_back(i - last);
      last = i;
    }
  return out;
}

TEST(rendition_pace_test, takes_every_fifth_of_25_for_5) {
  auto x = distances(25, 5);
  EXPECT_EQ(x.size(), 50u);
  x.erase(x.begin());
  EXPECT_THAT(x, ::testing::Each(5));
}

TEST(rendition_pace_test, spaces_pictures_evenly_when_the_rates_do_not_divide) {
  auto x = distances(25, 10);
  EXPECT_NEAR(static_cast<double>(x.size()), 100, 1);
  x.erase(x.begin());
  EXPECT_THAT(x, ::testing::Each(::testing::AnyOf(2, 3)));
}

TEST(rendition_pace_test, takes_all_when_the_camera_is_no_faster_though_its_times_waver) {
  EXPECT_GE(distances(25, 25, 900).size(), 249u);
  EXPECT_EQ(distances(15, 25).size(), 150u);
  EXPECT_EQ(distances(25, 0).size(), 250u);
}

TEST(rendition_pace_test, does_not_make_up_for_a_pause) {
  rendition_pace pace{5};
  EXPECT_TRUE(pace.takes(0));
  int taken = 0;
  for (int i = 0; i < 25; ++i)
    taken += pace.takes(900'000 + i * 3'600) ? 1 : 0;
  EXPECT_LE(taken, 6);
}

TEST(rendition_pace_test, goes_on_when_time_went_back) {
  rendition_pace pace{5};
  EXPECT_TRUE(pace.takes(9'000'000));
  EXPECT_TRUE(pace.takes(0));
}

class rendition_queue_test : public ::testing::Test {
protected:
  void push(bool keyframe, std::size_t size = 100) {
    queue_.push({.annex_b = bytes(size), .keyframe = keyframe, .pts = pts_ += 3'600});
  }

  std::size_t drain() {
    std::size_t n = 0;
    while (queue_.pop())
      ++n;
    return n;
  }

  rendition_queue queue_;
  std::int64_t pts_ = 0;
};

TEST_F(rendition_queue_test, begins_with_a_keyframe_and_counts_nothing_before_it) {
  push(false);
  EXPECT_TRUE(queue_.empty());
  push(true);
  push(false);
  EXPECT_TRUE(queue_.pop()->after_gap);
  EXPECT_FALSE(queue_.pop()->after_gap);
  EXPECT_EQ(queue_.dropped(), 0u);
}

TEST_F(rendition_queue_test, drops_all_up_to_the_next_keyframe_when_too_many_wait) {
  push(true);
  while (queue_.dropped() == 0)
    push(false);
  EXPECT_EQ(queue_.dropped(), rendition_queue::pictures_max + 1);
  push(false);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.dropped(), rendition_queue::pictures_max + 2);
  push(true);
  EXPECT_TRUE(queue_.pop()->after_gap);
}

TEST_F(rendition_queue_test, drops_all_up_to_the_next_keyframe_when_too_many_bytes_wait) {
  push(true, rendition_queue::bytes_max - 50);
  push(false);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.dropped(), 2u);
  push(true, rendition_queue::bytes_max + 1);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.dropped(), 3u);
}

TEST_F(rendition_queue_test, goes_on_with_a_new_keyframe_when_far_behind) {
  push(true);
  for (int i = 0; i < 30; ++i)
    push(false);
  push(true);
  EXPECT_EQ(queue_.dropped(), 31u);
  EXPECT_TRUE(queue_.pop()->keyframe);
  EXPECT_TRUE(queue_.empty());
}

TEST_F(rendition_queue_test, keeps_what_waits_when_little_behind) {
  push(true);
  push(false);
  push(true);
  EXPECT_EQ(drain(), 3u);
}

TEST_F(rendition_queue_test, takes_keyframes_only_when_told_and_all_from_a_keyframe_on_afterwards) {
  push(true);
  push(false);
  queue_.set_keyframes_only(true);
  push(false);
  push(true);
  EXPECT_EQ(drain(), 2u);
  queue_.set_keyframes_only(false);
  push(false);
  EXPECT_TRUE(queue_.empty());
  push(true);
  push(false);
  EXPECT_TRUE(queue_.pop()->after_gap);
  EXPECT_EQ(drain(), 1u);
  EXPECT_EQ(queue_.dropped(), 0u);
}

TEST_F(rendition_queue_test, measures_how_far_apart_keyframes_are) {
  push(true);
  EXPECT_EQ(queue_.keyframe_ticks(), 0);
  for (int i = 0; i < 24; ++i)
    push(false);
  push(true);
  EXPECT_EQ(queue_.keyframe_ticks(), 90'000);
}

} // namespace
} // namespace camwall::media
