#include "media/worker/fragment.hpp"

#include "tests/unit/media_worker/test_bytes.hpp"

#include <gtest/gtest.h>

#include <array>

namespace camwall::media {

namespace {

TEST(fragment_test, writes_a_chunk_byte_for_byte) {
  sample x{
    .pts = 0x0e10, .dts = 0x100000000, .duration = 3600, .keyframe = true, .data = {0xaa, 0xbb}};
  x.pts = x.dts + 7200;
  bytes out;
  append_chunk(out, 5, {&x, 1});
  EXPECT_EQ(out, from_hex("00000068"
                          "6d6f6f66"
                          "00000010"
                          "6d666864"
                          "00000000"
                          "00000005"
                          "00000050"
                          "74726166"
                          "00000010"
                          "74666864"
                          "00020000"
                          "00000001"
                          "00000014"
                          "74666474"
                          "01000000"
                          "0000000100000000"
                          "00000024"
                          "7472756e"
                          "01000f01"
                          "00000001"
                          "00000070"
                          "00000e10"
                          "00000002"
                          "02000000"
                          "00001c20"
                          "0000000a"
                          "6d646174"
                          "aabb"));
}

TEST(fragment_test, puts_many_samples_into_one_chunk) {
  std::array<sample, 3> samples;
  for (auto& x : samples)
    x.data = {1, 2, 3};
  bytes out;
  append_chunk(out, 1, samples);
  EXPECT_EQ(out.size(), 88U + 3 * 16 + 8 + 9);
}

TEST(fragment_test, marks_pictures_that_depend_on_others) {
  sample x{.keyframe = false, .data = {1}};
  bytes out;
  append_chunk(out, 1, {&x, 1});
  EXPECT_EQ(bytes(out.begin() + 96, out.begin() + 100), from_hex("01010000"));
}

} // namespace

} // namespace camwall::media
