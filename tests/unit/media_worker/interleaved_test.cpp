#include "media/worker/interleaved.hpp"

#include "tests/unit/media_worker/test_bytes.hpp"

#include <gtest/gtest.h>

namespace camwall::media {

namespace {

const bytes content = from_hex("7c85deadbeef00112233");

bytes packet(const char* begin) {
  auto out = from_hex(begin); // Version and flags, marker and payload type.
  out.resize(12);
  append(out, content);
  return out;
}

/// As libav does it.
void read_packet(interleaved_reader& in, const bytes& rtp) {
  const bytes sign{'$'};
  const bytes head{0, static_cast<std::uint8_t>(rtp.size() >> 8),
                   static_cast<std::uint8_t>(rtp.size())};
  in.read(1, sign);
  in.read(3, head);
  in.read(rtp.size(), rtp);
}

TEST(interleaved_test, tells_whether_the_last_packet_was_marked) {
  interleaved_reader in;
  EXPECT_FALSE(in.marks_end_of(content));
  read_packet(in, packet("80e0"));
  EXPECT_TRUE(in.marks_end_of(content));
  read_packet(in, packet("8060"));
  EXPECT_FALSE(in.marks_end_of(content));
}

TEST(interleaved_test, says_no_when_the_content_is_another_or_padded_or_too_short_to_tell) {
  interleaved_reader in;
  read_packet(in, packet("80e0"));
  EXPECT_FALSE(in.marks_end_of(from_hex("7c85deadbeef00112234")));
  EXPECT_FALSE(in.marks_end_of(from_hex("112233")));
  EXPECT_FALSE(in.marks_end_of({}));
  read_packet(in, packet("a0e0"));
  EXPECT_FALSE(in.marks_end_of(content));
}

TEST(interleaved_test, follows_packets_that_come_in_pieces) {
  interleaved_reader in;
  auto rtp = packet("80e0");
  in.read(1, from_hex("24"));
  in.read(3, from_hex("00"));
  in.read(2, from_hex("0016"));
  for (std::size_t i = 0; i < rtp.size(); ++i) {
    EXPECT_FALSE(in.marks_end_of(content));
    in.read(rtp.size() - i, byte_view{rtp}.subspan(i, 1));
  }
  EXPECT_TRUE(in.marks_end_of(content));
}

TEST(interleaved_test, is_not_misled_by_a_dollar_sign_in_an_answer) {
  interleaved_reader in;
  for (char c : std::string{"RTSP/1.0 200 $OK\r\n\r\n"}) {
    const bytes one{static_cast<std::uint8_t>(c)};
    in.read(1, one);
  }
  read_packet(in, packet("80e0"));
  EXPECT_TRUE(in.marks_end_of(content));
  in.read(1, from_hex("24")); // The next one begins.
  EXPECT_FALSE(in.marks_end_of(content));
}

} // namespace

} // namespace camwall::media
