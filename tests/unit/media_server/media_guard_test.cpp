#include "media/server/media_guard.hpp"

#include <gtest/gtest.h>

namespace camwall::media {
namespace {

using namespace std::chrono_literals;
using verdict = media_guard::verdict;

std::string message(const media_header& header, std::string_view part) {
  auto head = encode(header);
  return std::string{head.data(), head.size()} + std::string{part};
}

media_header whole(std::uint32_t size) {
  return {.feed = 3, .keyframe = true, .first = true, .last = true, .total_bytes = size};
}

class media_guard_test : public ::testing::Test {
protected:
  verdict take(const media_header& x, std::string_view part) {
    return guard_.take(message(x, part), now_);
  }

  media_guard::clock::time_point now_{};
  media_guard guard_{now_};
};

TEST_F(media_guard_test, a_header_survives_the_way) {
  media_header x{.feed = 0xdeadbeef,
                 .kind = message_kind::audio,
                 .keyframe = true,
                 .discontinuity = true,
                 .sound = true,
                 .first = true,
                 .last = true,
                 .capture_us = 0x0123456789abcdef,
                 .total_bytes = 77,
                 .offset_bytes = 5,
                 .dropped = 9};
  EXPECT_EQ(decode_media_header(message(x, "abc")).value(), x);
  feed_description what{
    .video_mime = "video/mp4; codecs=\"avc1.64001f\"", .width = 1920, .height = 1080};
  EXPECT_EQ(decode_description(encode(what)).value(), what);
}

TEST_F(media_guard_test, puts_a_chunk_together_once) {
  auto first = whole(6);
  first.last = false;
  EXPECT_EQ(take(first, "abc"), verdict::fine);
  EXPECT_FALSE(guard_.take_whole());
  auto last = whole(6);
  last.first = false;
  last.offset_bytes = 3;
  EXPECT_EQ(take(last, "def"), verdict::fine);
  auto x = guard_.take_whole();
  ASSERT_TRUE(x);
  EXPECT_EQ(x->payload, "abcdef");
  EXPECT_TRUE(x->keyframe);
  EXPECT_EQ(x->feed, 3U);
  EXPECT_FALSE(guard_.take_whole());
}

TEST_F(media_guard_test, takes_another_chunk_in_place_of_the_rest) {
  auto first = whole(6);
  first.last = false;
  EXPECT_EQ(take(first, "abc"), verdict::fine);
  EXPECT_EQ(take(whole(2), "xy"), verdict::fine);
  EXPECT_EQ(guard_.take_whole()->payload, "xy");
}

TEST_F(media_guard_test, refuses_headers_that_are_none) {
  auto good = message(whole(1), "x");
  EXPECT_EQ(guard_.take("", now_), verdict::wrong);
  EXPECT_EQ(guard_.take(good.substr(0, media_header_bytes - 1), now_), verdict::wrong);
  for (auto [at, value] : {std::pair{0, 2}, {1, 5}, {2, 0x20}, {3, 1}, {28, 1}, {31, 1}}) {
    auto bad = good;
    bad[static_cast<std::size_t>(at)] = static_cast<char>(value);
    EXPECT_EQ(guard_.take(bad, now_), verdict::wrong) << at;
  }
  EXPECT_EQ(guard_.take(good, now_), verdict::fine);
}

TEST_F(media_guard_test, refuses_sizes_that_lie) {
  EXPECT_EQ(take(whole(0), ""), verdict::wrong);
  EXPECT_EQ(take(whole(2), "x"), verdict::wrong) << "too short for its last part";
  EXPECT_EQ(take(whole(2), "xyz"), verdict::wrong);
  EXPECT_EQ(take(whole(media_chunk_bytes_max + 1), "x"), verdict::wrong);
  auto x = whole(media_init_bytes_max + 1);
  x.kind = message_kind::init;
  x.keyframe = false;
  EXPECT_EQ(take(x, "x"), verdict::wrong);
  auto open = whole(1);
  open.last = false;
  EXPECT_EQ(take(open, "x"), verdict::wrong) << "whole, and not the last";
  open = whole(9);
  open.last = false;
  EXPECT_EQ(take(open, ""), verdict::wrong) << "an empty part";
}

TEST_F(media_guard_test, refuses_parts_that_do_not_follow) {
  auto rest = whole(6);
  rest.first = false;
  rest.offset_bytes = 3;
  EXPECT_EQ(take(rest, "def"), verdict::wrong) << "nothing began";
  auto first = whole(6);
  first.last = false;
  for (int change = 0; change < 4; ++change) {
    EXPECT_EQ(take(first, "abc"), verdict::fine);
    auto x = rest;
    x.feed += change == 0 ? 1 : 0;
    x.offset_bytes -= change == 1 ? 1 : 0;
    x.total_bytes += change == 2 ? 1 : 0;
    x.kind = change == 3 ? message_kind::audio : x.kind;
    EXPECT_EQ(take(x, "def"), verdict::wrong) << change;
  }
}

TEST_F(media_guard_test, refuses_flags_that_do_not_fit) {
  auto x = whole(1);
  x.kind = message_kind::audio;
  EXPECT_EQ(take(x, "x"), verdict::wrong);
  x = whole(1);
  x.sound = true;
  EXPECT_EQ(take(x, "x"), verdict::wrong);
}

TEST_F(media_guard_test, takes_a_burst_and_then_so_much_a_second) {
  std::string part(media_part_bytes_max, 'x');
  auto x = whole(static_cast<std::uint32_t>(part.size()));
  auto packet = message(x, part);
  auto take_all = [&] {
    double n = 0;
    while (guard_.take(packet, now_) == verdict::fine)
      ++n;
    return n * static_cast<double>(packet.size());
  };
  EXPECT_NEAR(take_all(), media_guard::bytes_burst_max, 1e5);
  now_ += 1s;
  EXPECT_NEAR(take_all(), media_guard::bytes_per_second_max, 2e5);
  EXPECT_EQ(guard_.take(packet, now_), verdict::too_much);
}

TEST_F(media_guard_test, counts_small_messages_as_more_than_they_are) {
  auto packet = message(whole(1), "x");
  double n = 0;
  while (guard_.take(packet, now_) == verdict::fine)
    ++n;
  EXPECT_NEAR(n, media_guard::bytes_burst_max / media_guard::message_bytes_min, 1);
}

TEST_F(media_guard_test, refuses_descriptions_that_are_none) {
  for (const auto* bad :
       {"", "[]", "{}", "null", "{\"video_mime\":1,\"audio_mime\":\"\",\"width\":1,\"height\":1}",
        "{\"video_mime\":\"a\\nb\",\"audio_mime\":\"\",\"width\":1,\"height\":1}",
        "{\"video_mime\":\"a\",\"audio_mime\":\"\",\"width\":-1,\"height\":1}",
        "{\"video_mime\":\"a\",\"audio_mime\":\"\",\"width\":65536,\"height\":1}",
        "{\"video_mime\":\"a\",\"audio_mime\":\"\",\"width\":1,\"height\":1,\"x\":[[[]]]}"})
    EXPECT_FALSE(decode_description(bad)) << bad;
  EXPECT_FALSE(decode_description(std::string(2000, '[')));
}

} // namespace
} // namespace camwall::media
