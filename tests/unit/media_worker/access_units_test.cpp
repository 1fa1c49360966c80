#include "media/worker/access_units.hpp"

#include "tests/unit/media_worker/test_bytes.hpp"

#include <gtest/gtest.h>

namespace camwall::media {

namespace {

const bytes idr = from_hex("658884");
const bytes picture = from_hex("419a24");
const bytes second_slice = from_hex("410a24"); // first_mb_in_slice is not 0.
const bytes sps = from_hex("6742c01e");

bytes join(std::initializer_list<bytes> parts) {
  bytes out;
  for (const auto& x : parts)
    append(out, x);
  return out;
}

bytes copy(byte_view x) {
  return {x.begin(), x.end()};
}

TEST(access_units_test, knows_a_unit_to_be_whole_when_the_next_begins) {
  access_units units{video_codec::h264};
  EXPECT_FALSE(units.push(annex_b({idr}), 0));
  auto unit = units.push(annex_b({picture}), 3600);
  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->pts, 0);
  EXPECT_EQ(copy(unit->data), annex_b({idr}));
}

TEST(access_units_test, keeps_parameter_sets_in_packets_of_their_own_with_their_picture) {
  access_units units{video_codec::h264};
  EXPECT_FALSE(units.push(annex_b({sps}), 0));
  EXPECT_FALSE(units.push(annex_b({idr}), 0));
  EXPECT_EQ(copy(units.push(annex_b({sps}), 3600)->data), annex_b({sps, idr}));
  EXPECT_FALSE(units.push(annex_b({picture}), 3600));
}

TEST(access_units_test, joins_pieces_and_slices_of_one_picture) {
  access_units units{video_codec::h264};
  EXPECT_FALSE(units.push(annex_b({picture}), 0));
  EXPECT_FALSE(units.push(from_hex("deadbeef"), 0));
  EXPECT_FALSE(units.push(annex_b({second_slice}), 0));
  auto unit = units.push(annex_b({picture}), 3600);
  EXPECT_EQ(copy(unit->data),
            join({annex_b({picture}), from_hex("deadbeef"), annex_b({second_slice})}));
}

TEST(access_units_test, does_not_tear_a_picture_when_its_time_moves_by_a_tick) {
  access_units units{video_codec::h264};
  EXPECT_FALSE(units.push(annex_b({picture}), 1000));
  EXPECT_FALSE(units.push(from_hex("deadbeef"), 1001));
  EXPECT_FALSE(units.push(annex_b({second_slice}), 1001));
  EXPECT_EQ(units.push(annex_b({picture}), 4600)->pts, 1000);
}

TEST(access_units_test, tells_two_pictures_with_one_time_apart_but_not_two_fields) {
  access_units units{video_codec::h264};
  EXPECT_FALSE(units.push(annex_b({idr}), 0));
  EXPECT_TRUE(units.push(annex_b({picture}), 0));
  units.set_interlaced(true);
  EXPECT_FALSE(units.push(annex_b({picture}), 0));
  EXPECT_TRUE(units.push(annex_b({picture}), 3600));
}

TEST(access_units_test, begins_a_unit_with_a_later_slice_when_the_first_was_lost) {
  access_units units{video_codec::h264};
  EXPECT_FALSE(units.push(annex_b({picture}), 0));
  EXPECT_TRUE(units.push(annex_b({second_slice}), 3600));
}

TEST(access_units_test, drops_the_rest_of_a_picture_whose_beginning_was_lost) {
  access_units units{video_codec::h264};
  EXPECT_FALSE(units.push(from_hex("deadbeef"), 0));
  EXPECT_EQ(units.size(), 0U);
  EXPECT_FALSE(units.push(annex_b({idr}), 3600));
  EXPECT_EQ(copy(units.push(annex_b({picture}), 7200)->data), annex_b({idr}));
}

TEST(access_units_test, tells_the_slices_of_h265_apart) {
  access_units units{video_codec::h265};
  auto first = from_hex("0201d0aa");
  auto second = from_hex("020150aa");
  EXPECT_FALSE(units.push(annex_b({first}), 0));
  EXPECT_FALSE(units.push(annex_b({second}), 1));
  EXPECT_EQ(copy(units.push(annex_b({first}), 3600)->data), annex_b({first, second}));
}

/// Pushes so many pictures whose marks are right.
void learn(access_units& units, int count) {
  for (int i = 0; i < count; ++i) {
    units.push(annex_b({picture}), i * 3600);
    EXPECT_FALSE(units.end_marked()) << i;
  }
}

TEST(access_units_test, gives_a_marked_picture_at_once_when_eight_marks_were_right) {
  access_units units{video_codec::h264};
  learn(units, access_units::marks_learned);
  ASSERT_TRUE(units.push(annex_b({idr}), 90'000));
  auto unit = units.end_marked();
  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->pts, 90'000);
  EXPECT_EQ(copy(unit->data), annex_b({idr}));
  EXPECT_FALSE(units.push(annex_b({picture}), 93'600)) << "not twice";
  EXPECT_TRUE(units.end_marked());
}

TEST(access_units_test, gives_a_picture_whose_mark_was_lost_when_the_next_begins) {
  access_units units{video_codec::h264};
  learn(units, access_units::marks_learned);
  units.push(annex_b({idr}), 90'000);
  EXPECT_TRUE(units.push(annex_b({picture}), 93'600));
  EXPECT_TRUE(units.end_marked());
}

TEST(access_units_test, never_trusts_a_camera_that_marks_each_slice) {
  access_units units{video_codec::h264};
  for (int i = 0; i < 30; ++i) {
    EXPECT_EQ(units.push(annex_b({picture}), i * 3600).has_value(), i > 0);
    EXPECT_FALSE(units.end_marked());
    EXPECT_FALSE(units.push(annex_b({second_slice}), i * 3600));
    EXPECT_FALSE(units.end_marked());
  }
}

TEST(access_units_test, stops_trusting_at_the_first_wrong_mark_and_drops_what_came_too_late) {
  access_units units{video_codec::h264};
  learn(units, access_units::marks_learned);
  units.push(annex_b({idr}), 90'000);
  EXPECT_TRUE(units.end_marked());
  EXPECT_FALSE(units.push(annex_b({second_slice}), 90'000));
  EXPECT_FALSE(units.push(from_hex("deadbeef"), 90'000));
  EXPECT_EQ(units.size(), 0U);
  EXPECT_FALSE(units.push(annex_b({picture}), 93'600));
  EXPECT_FALSE(units.end_marked());
  EXPECT_EQ(copy(units.push(annex_b({picture}), 97'200)->data), annex_b({picture}));
}

TEST(access_units_test, heeds_no_marks_of_parameter_sets_or_fields) {
  access_units units{video_codec::h264};
  learn(units, access_units::marks_learned);
  units.push(annex_b({sps}), 90'000);
  EXPECT_FALSE(units.end_marked());
  EXPECT_FALSE(units.push(annex_b({idr}), 90'000));
  EXPECT_EQ(copy(units.end_marked()->data), annex_b({sps, idr}));
  units.set_interlaced(true);
  units.push(annex_b({picture}), 93'600);
  EXPECT_FALSE(units.end_marked());
}

} // namespace

} // namespace camwall::media
