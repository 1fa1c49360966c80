#include "tools/camera_sim/serial_sei.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace camwall::camera_sim {

namespace {

using testing::ElementsAre;

using bytes = std::vector<std::uint8_t>;

/// What follows the length, the NAL header, type, size and UUID.
bytes tail(const bytes& sei, std::size_t header) {
  return {sei.begin() + static_cast<std::ptrdiff_t>(4 + header + 2 + serial_sei_uuid.size()),
          sei.end()};
}

TEST(serial_sei_test, names_its_kind_and_uuid) {
  const auto sei = make_serial_sei(codec::h264, 1);
  EXPECT_EQ(sei[4], 6);
  EXPECT_EQ(sei[5], 5);
  EXPECT_EQ(sei[6], 24);
  EXPECT_TRUE(std::equal(serial_sei_uuid.begin(), serial_sei_uuid.end(), sei.begin() + 7));
  const auto prefix = make_serial_sei(codec::h265, 1);
  EXPECT_EQ(prefix[4] >> 1, 39);
  EXPECT_EQ(prefix[5], 1);
}

TEST(serial_sei_test, carries_a_number_without_zeros_as_it_is) {
  EXPECT_THAT(tail(make_serial_sei(codec::h264, 0x1122334455667788), 1),
              ElementsAre(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x80));
}

TEST(serial_sei_test, prevents_the_emulation_of_start_codes) {
  EXPECT_THAT(tail(make_serial_sei(codec::h265, 5), 2),
              ElementsAre(0, 0, 3, 0, 0, 3, 0, 0, 3, 0, 5, 0x80));
  EXPECT_THAT(tail(make_serial_sei(codec::h264, 0x4400000300), 1),
              ElementsAre(0, 0, 3, 0, 0x44, 0, 0, 3, 3, 0, 0x80));
}

TEST(serial_sei_test, tells_its_own_length) {
  const auto sei = make_serial_sei(codec::h264, 0);
  EXPECT_EQ((std::size_t{sei[2]} << 8U) + sei[3], sei.size() - 4);
}

TEST(serial_sei_test, finds_the_first_slice_behind_parameter_sets) {
  const bytes unit{0, 0, 0, 2, 0x67, 1, 0, 0, 0, 1, 0x68, 0, 0, 0, 2, 0x65, 9};
  EXPECT_EQ(find_first_slice(codec::h264, unit), 11);
}

TEST(serial_sei_test, finds_nothing_where_a_length_goes_beyond_the_end) {
  EXPECT_EQ(find_first_slice(codec::h264, bytes{0, 0, 0, 9, 0x65, 1}), std::nullopt);
  EXPECT_EQ(find_first_slice(codec::h264, bytes{0, 0, 0, 0, 0x65, 1}), std::nullopt);
  EXPECT_EQ(find_first_slice(codec::h264, bytes{0, 0, 0, 2, 0x67, 1}), std::nullopt);
  EXPECT_EQ(find_first_slice(codec::h264, bytes{}), std::nullopt);
}

} // namespace

} // namespace camwall::camera_sim
