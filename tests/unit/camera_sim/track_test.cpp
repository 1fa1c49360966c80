#include "tools/camera_sim/clip.hpp"

#include <gtest/gtest.h>

namespace camwall::camera_sim {

namespace {

/// Three units, 10 ns apart; the first is a keyframe.
track three_units() {
  track result;
  for (std::int64_t i = 0; i < 3; ++i) {
    access_unit unit;
    unit.decode_ns = i * 10;
    unit.keyframe = i == 0;
    result.units.push_back(unit);
  }
  result.duration_ns = 30;
  return result;
}

TEST(track_test, goes_on_evenly_over_the_seam_of_the_loop) {
  const auto looped = three_units();
  for (std::uint64_t position = 0; position < 10; ++position)
    EXPECT_EQ(looped.due_ns(position), static_cast<std::int64_t>(position) * 10);
}

TEST(track_test, finds_the_first_unit_that_is_due_at_a_time_or_later) {
  const auto looped = three_units();
  EXPECT_EQ(looped.first_due(0), 0);
  EXPECT_EQ(looped.first_due(1), 1);
  EXPECT_EQ(looped.first_due(10), 1);
  EXPECT_EQ(looped.first_due(21), 3);
  EXPECT_EQ(looped.first_due(30), 3);
  EXPECT_EQ(looped.first_due(55), 6);
}

TEST(track_test, finds_the_next_keyframe_beyond_the_seam) {
  const auto looped = three_units();
  EXPECT_EQ(looped.next_keyframe(0), 0);
  EXPECT_EQ(looped.next_keyframe(1), 3);
  EXPECT_EQ(looped.next_keyframe(4), 6);
}

TEST(load_clip_test, names_the_file_that_is_not_there) {
  const auto loaded = load_clip("/nowhere/none.mov");
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().find("/nowhere/none.mov"), std::string::npos);
}

} // namespace

} // namespace camwall::camera_sim
