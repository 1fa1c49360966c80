#include "media/worker/nal.hpp"
#include "media/worker/video_format.hpp"
#include "media/worker/video_track.hpp"
#include "tests/unit/media_worker/test_bytes.hpp"

#include <gmock/gmock.h>

namespace camwall::media {

namespace {

using testing::ElementsAre;

// From x264 and x265.
const bytes sps_720p = from_hex("6764001facb402802dd808800000030080000019078c1950");
const bytes pps_720p = from_hex("68ef3cb0");
const bytes sps_bframes = from_hex("6764001eacd940a02ff97011000003000100000300320f162d96");
const bytes sps_baseline = from_hex("6742c01eda0280bfe5c044000003000400000300c83c58ba80");
const bytes sps_444_1080p = from_hex("67f40028919b280f0044fc4e022000000300200000030141e30632c0");
const bytes vps_h265 = from_hex("40010c01ffff01600000030090000003000003003fba0240");
const bytes sps_h265 = from_hex(
  "42010101600000030090000003000003003fa005020171f2e5ba4a4c2f016808000003000800000300c840");
const bytes pps_h265 = from_hex("4401c073c189");
const bytes idr = from_hex("658884");
const bytes picture = from_hex("419a24");
const bytes delimiter = from_hex("09f0");

video_format h264(const bytes& sps) {
  return read_sps(video_codec::h264, sps).value();
}

TEST(nal_test, finds_units_behind_start_codes_of_both_lengths) {
  auto stream = from_hex("000000016742000001680000000141aa0000");
  nal_reader in{stream};
  EXPECT_THAT(*in.next(), ElementsAre(0x67, 0x42));
  EXPECT_THAT(*in.next(), ElementsAre(0x68));
  EXPECT_THAT(*in.next(), ElementsAre(0x41, 0xaa));
  EXPECT_FALSE(in.next());
}

TEST(nal_test, finds_nothing_where_there_is_no_start_code) {
  for (const auto* text : {"", "00", "0000", "000001", "00000001", "010203040506"}) {
    auto stream = from_hex(text);
    EXPECT_FALSE(nal_reader{stream}.next()) << text;
  }
}

TEST(video_format_test, reads_size_and_codec_of_h264) {
  EXPECT_EQ(h264(sps_720p),
            (video_format{.codecs = "avc1.64001f", .width = 1280, .height = 720, .reorder = 0}));
  EXPECT_EQ(h264(sps_baseline),
            (video_format{.codecs = "avc1.42c01e", .width = 640, .height = 360, .reorder = 0}));
}

TEST(video_format_test, reads_how_many_pictures_are_reordered) {
  EXPECT_EQ(h264(sps_bframes).reorder, 2);
}

TEST(video_format_test, crops_in_units_that_depend_on_the_chroma_format) {
  EXPECT_EQ(h264(sps_444_1080p).width, 1920);
  EXPECT_EQ(h264(sps_444_1080p).height, 1080);
}

TEST(video_format_test, reads_size_and_codec_of_h265) {
  auto x = read_sps(video_codec::h265, sps_h265).value();
  EXPECT_EQ(x.codecs, "hvc1.1.6.L63.90");
  EXPECT_EQ(x.width, 640);
  EXPECT_EQ(x.height, 360);
}

TEST(video_format_test, refuses_an_sps_that_is_cut_short) {
  for (const auto& whole : {sps_720p, sps_bframes, sps_baseline})
    for (std::size_t n = 0; n < 8; ++n)
      EXPECT_FALSE(read_sps(video_codec::h264, byte_view{whole}.first(n)));
  for (std::size_t n = 0; n < 25; ++n)
    EXPECT_FALSE(read_sps(video_codec::h265, byte_view{sps_h265}.first(n)));
}

TEST(video_format_test, survives_any_single_flipped_bit) {
  for (std::size_t i = 0; i < sps_bframes.size() * 8; ++i) {
    auto damaged = sps_bframes;
    damaged[i / 8] ^= static_cast<std::uint8_t>(1U << i % 8);
    if (auto x = read_sps(video_codec::h264, damaged)) {
      EXPECT_GT(x->width, 0);
      EXPECT_LE(x->reorder, 16);
    }
  }
}

TEST(video_format_test, survives_a_scaling_list_that_jumps_beyond_all_bounds) {
  EXPECT_FALSE(read_sps(video_codec::h264, from_hex("6764001ead80000000fffffffe")));
}

TEST(video_track_test, keeps_parameter_sets_out_of_length_prefixed_units) {
  video_track track{video_codec::h264, nal_framing::length_prefixed};
  bytes out;
  EXPECT_TRUE(track.convert(annex_b({delimiter, sps_720p, pps_720p, idr}), out));
  EXPECT_EQ(out, from_hex("00000003658884"));
  EXPECT_TRUE(track.complete());
  EXPECT_EQ(track.extradata(), annex_b({sps_720p, pps_720p}));
}

TEST(video_track_test, knows_a_keyframe_from_another_picture) {
  video_track track{video_codec::h264, nal_framing::length_prefixed};
  bytes out;
  EXPECT_FALSE(track.convert(annex_b({picture}), out));
  EXPECT_TRUE(track.convert(annex_b({idr}), out));
}

TEST(video_track_test, takes_a_recovery_point_for_a_keyframe) {
  video_track track{video_codec::h264, nal_framing::length_prefixed};
  bytes out;
  EXPECT_TRUE(track.convert(annex_b({from_hex("060601c480"), picture}), out));
}

TEST(video_track_test,
     puts_parameter_sets_that_came_with_the_sdp_before_each_keyframe_of_a_byte_stream) {
  video_track track{video_codec::h264, nal_framing::start_codes};
  track.take_extradata(annex_b({sps_720p, pps_720p}));
  bytes out;
  track.convert(annex_b({delimiter, idr}), out);
  EXPECT_EQ(out, annex_b({delimiter, sps_720p, pps_720p, idr}));
  track.convert(annex_b({sps_720p, pps_720p, idr}), out);
  EXPECT_EQ(out, annex_b({sps_720p, pps_720p, idr})) << "they are there once";
  track.convert(annex_b({picture}), out);
  EXPECT_EQ(out, annex_b({picture}));
}

TEST(video_track_test, tells_that_parameter_sets_changed_only_when_they_did) {
  video_track track{video_codec::h264, nal_framing::length_prefixed};
  bytes out;
  track.convert(annex_b({sps_720p, pps_720p, idr}), out);
  EXPECT_TRUE(track.take_changed());
  track.convert(annex_b({sps_720p, pps_720p, idr}), out);
  EXPECT_FALSE(track.take_changed());
  track.convert(annex_b({sps_baseline, pps_720p, idr}), out);
  EXPECT_TRUE(track.take_changed());
  EXPECT_EQ(track.format().width, 640);
}

TEST(video_track_test, keeps_the_good_parameter_sets_when_damaged_ones_arrive) {
  video_track track{video_codec::h264, nal_framing::length_prefixed};
  track.take_extradata(annex_b({sps_720p, pps_720p}));
  track.take_changed();
  bytes out;
  track.convert(annex_b({from_hex("6764"), idr}), out);
  EXPECT_FALSE(track.take_changed());
  EXPECT_EQ(track.format().width, 1280);
}

TEST(video_track_test, needs_a_vps_for_h265) {
  video_track track{video_codec::h265, nal_framing::length_prefixed};
  track.take_extradata(annex_b({sps_h265, pps_h265}));
  EXPECT_FALSE(track.complete());
  track.take_extradata(annex_b({vps_h265}));
  EXPECT_TRUE(track.complete());
}

} // namespace

} // namespace camwall::media
