#include "media/worker/playlist.hpp"

#include <gtest/gtest.h>

namespace camwall::media {

namespace {

listed_segment segment(std::uint64_t n) {
  return {.sequence = n,
          .discontinuity_sequence = 7,
          .name = "r-" + std::to_string(n) + "v.m4s",
          .map = "init-r-v.mp4",
          .duration_s = 1.5,
          .start = wall_time{std::chrono::seconds{1'767'268'800}}};
}

TEST(playlist_test, renders_a_live_media_playlist) {
  EXPECT_EQ(media_playlist({segment(41), segment(42)}, 2),
            "#EXTM3U\n"
            "#EXT-X-VERSION:7\n"
            "#EXT-X-TARGETDURATION:2\n"
            "#EXT-X-MEDIA-SEQUENCE:41\n"
            "#EXT-X-DISCONTINUITY-SEQUENCE:7\n"
            "#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-MAP:URI=\"init-r-v.mp4\"\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T12:00:00.000Z\n"
            "#EXTINF:1.50000,\n"
            "r-41v.m4s\n"
            "#EXT-X-PROGRAM-DATE-TIME:2026-01-01T12:00:00.000Z\n"
            "#EXTINF:1.50000,\n"
            "r-42v.m4s\n");
}

TEST(playlist_test, names_a_new_init_segment_behind_its_discontinuity) {
  auto second = segment(42);
  second.map = "init-r-v2.mp4";
  second.discontinuity = true;
  second.discontinuity_sequence = 8;
  auto text = media_playlist({segment(41), second}, 2);
  EXPECT_NE(text.find("r-41v.m4s\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init-r-v2.mp4\"\n"),
            std::string::npos)
    << text;
}

TEST(playlist_test, counts_the_tag_of_the_first_segment_once) {
  auto x = segment(42);
  x.discontinuity = true;
  x.discontinuity_sequence = 8;
  auto text = media_playlist({x}, 2);
  EXPECT_NE(text.find("#EXT-X-DISCONTINUITY-SEQUENCE:7\n"), std::string::npos);
  EXPECT_NE(text.find("#EXT-X-DISCONTINUITY\n"), std::string::npos);
}

TEST(playlist_test, needs_no_init_segment_for_mpegts) {
  auto x = segment(1);
  x.map.clear();
  auto text = media_playlist({x}, 2);
  EXPECT_NE(text.find("#EXT-X-VERSION:3\n"), std::string::npos);
  EXPECT_EQ(text.find("EXT-X-MAP"), std::string::npos);
}

TEST(playlist_test, marks_a_hole_in_the_sound) {
  auto x = segment(1);
  x.gap = true;
  EXPECT_NE(media_playlist({x}, 2).find("#EXT-X-GAP\n"), std::string::npos);
}

TEST(playlist_test, renders_a_multivariant_playlist_with_and_without_sound) {
  variant x{.codecs = "avc1.64001f,mp4a.40.2",
            .width = 1280,
            .height = 720,
            .fps = 25,
            .bandwidth_bps = 2'500'000,
            .audio = true};
  EXPECT_EQ(multivariant_playlist(x),
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"audio\",DEFAULT=YES,AUTOSELECT=YES,"
            "URI=\"audio.m3u8\"\n"
            "#EXT-X-STREAM-INF:BANDWIDTH=2500000,CODECS=\"avc1.64001f,mp4a.40.2\","
            "RESOLUTION=1280x720,FRAME-RATE=25.000,AUDIO=\"audio\"\nvideo.m3u8\n");
  x.audio = false;
  EXPECT_EQ(multivariant_playlist(x).find("udio"), std::string::npos);
}

} // namespace

} // namespace camwall::media
