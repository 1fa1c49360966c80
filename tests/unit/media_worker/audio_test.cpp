#include "media/worker/audio_config.hpp"
#include "media/worker/audio_track.hpp"
#include "media/worker/init_segment.hpp"
#include "tests/unit/media_worker/test_bytes.hpp"

#include <gtest/gtest.h>

namespace camwall::media {

namespace {

parameters_ptr sound(AVCodecID codec, int rate, const bytes& extradata = {}) {
  parameters_ptr out{avcodec_parameters_alloc()};
  out->codec_type = AVMEDIA_TYPE_AUDIO;
  out->codec_id = codec;
  out->sample_rate = rate;
  av_channel_layout_default(&out->ch_layout, 1);
  if (!extradata.empty()) {
    out->extradata =
      static_cast<std::uint8_t*>(av_mallocz(extradata.size() + AV_INPUT_BUFFER_PADDING_SIZE));
    std::memcpy(out->extradata, extradata.data(), extradata.size());
    out->extradata_size = static_cast<int>(extradata.size());
  }
  return out;
}

const bytes lc_16k_mono = from_hex("1408");

std::unique_ptr<audio_track> make(const AVCodecParameters& x) {
  return audio_track::make({.index = 1, .parameters = &x, .time_base = {1, x.sample_rate}});
}

void push(audio_track& to, std::int64_t pts, int size, std::int64_t due) {
  packet_ptr packet{av_packet_alloc()};
  ASSERT_EQ(av_new_packet(packet.get(), size), 0);
  std::memset(packet->data, 0x55, static_cast<std::size_t>(size));
  packet->pts = pts;
  to.push(*packet, 0, due);
}

TEST(audio_config_test, reads_lc_and_sbr) {
  auto lc = read_audio_config(from_hex("1190")).value();
  EXPECT_EQ(lc.object_type, 2);
  EXPECT_EQ(lc.core_rate, 48'000);
  EXPECT_EQ(lc.channels, 2);
  EXPECT_EQ(codecs_of(lc), "mp4a.40.2");
  EXPECT_FALSE(silent_frame(lc).empty());
  auto he = read_audio_config(from_hex("2b118800")).value();
  EXPECT_EQ(codecs_of(he), "mp4a.40.5");
  EXPECT_EQ(he.core_rate, 24'000);
  EXPECT_TRUE(silent_frame(he).empty());
  EXPECT_FALSE(read_audio_config({}));
}

TEST(audio_track_test, leaves_out_what_it_cannot_use) {
  EXPECT_FALSE(make(*sound(AV_CODEC_ID_ADPCM_G726, 8000)));
  EXPECT_FALSE(make(*sound(AV_CODEC_ID_AAC, 16'000))) << "without a configuration";
}

TEST(audio_track_test, copies_aac_and_fills_holes_with_silence) {
  auto in = sound(AV_CODEC_ID_AAC, 16'000, lc_16k_mono);
  auto track = make(*in);
  ASSERT_TRUE(track);
  EXPECT_EQ(track->codecs(), "mp4a.40.2");
  track->begin(0);
  push(*track, 0, 100, 0);
  push(*track, 1024 * 10, 100, ticks_per_second * 1024 * 10 / 16'000);
  auto samples = track->take_before(10 * ticks_per_second);
  ASSERT_EQ(samples.size(), 11U);
  for (std::size_t i = 0; i < samples.size(); ++i)
    EXPECT_EQ(samples[i].dts, static_cast<std::int64_t>(i) * 1024);
  EXPECT_EQ(samples[5].data.size(), 6U);
}

TEST(audio_track_test, is_silent_while_the_camera_sends_no_sound) {
  for (auto codec : {AV_CODEC_ID_AAC, AV_CODEC_ID_PCM_ALAW}) {
    auto in = sound(codec, codec == AV_CODEC_ID_AAC ? 16'000 : 8000,
                    codec == AV_CODEC_ID_AAC ? lc_16k_mono : bytes{});
    auto track = make(*in);
    ASSERT_TRUE(track);
    track->begin(ticks_per_second);
    track->catch_up(3 * ticks_per_second);
    auto samples = track->take_before(3 * ticks_per_second);
    EXPECT_GE(samples.size(), 29U);
    EXPECT_NEAR(static_cast<double>(samples.front().dts), 16'000, 1024);
  }
}

TEST(audio_track_test, turns_g711_into_aac_of_the_same_length) {
  auto in = sound(AV_CODEC_ID_PCM_MULAW, 8000);
  auto track = make(*in);
  ASSERT_TRUE(track);
  EXPECT_EQ(track->source(), "pcm_mulaw");
  EXPECT_EQ(track->rate(), 16'000);
  track->begin(ticks_per_second);
  for (int i = 0; i < 100; ++i)
    push(*track, 8000 + i * 320, 320, ticks_per_second + i * ticks_per_second / 25);
  auto samples = track->take_before(100 * ticks_per_second);
  EXPECT_NEAR(static_cast<double>(samples.size()) * 1024 / 16'000, 4.0, 0.2);
}

TEST(audio_track_test, hands_out_no_sound_beyond_the_picture) {
  auto in = sound(AV_CODEC_ID_AAC, 16'000, lc_16k_mono);
  auto track = make(*in);
  track->begin(0);
  for (int i = 0; i < 20; ++i)
    push(*track, i * 1024, 50, i * ticks_per_second * 1024 / 16'000);
  EXPECT_EQ(track->take_before(ticks_per_second / 2).size(), 8U);
  EXPECT_EQ(track->take_before(10 * ticks_per_second).size(), 12U);
}

TEST(init_segment_test, is_made_of_ftyp_and_moov) {
  auto in = sound(AV_CODEC_ID_AAC, 16'000, lc_16k_mono);
  auto out = make_init_segment(*in, 16'000);
  ASSERT_TRUE(out);
  EXPECT_EQ(std::string(out->begin() + 4, out->begin() + 8), "ftyp");
}

} // namespace

} // namespace camwall::media
