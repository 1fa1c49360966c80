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

} // namespace

} // namespace camwall::media
