#include "media/worker_protocol.hpp"

#include <gtest/gtest.h>

namespace camwall::media {
namespace {

template <class T>
void expect_round_trip(const T& x) {
  auto back = decode_fact(encode(fact{x}));
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(std::get<T>(*back), x);
}

TEST(worker_protocol_test, carries_every_fact_unchanged) {
  expect_round_trip(confined{.enforced = true, .missing = {}});
  expect_round_trip(confined{.enforced = false, .missing = "no Landlock"});
  expect_round_trip(opened{.video = "h264",
                           .audio = "aac",
                           .codecs = "avc1.64001f,mp4a.40.2",
                           .width = 1280,
                           .height = 720});
  expect_round_trip(progress{.frames = 7,
                             .bytes = 1ull << 40,
                             .keyframes = 1,
                             .gop_s = 2.5,
                             .fps = 14.985,
                             .bitrate_bps = 512e3,
                             .cpu_s = 0.25,
                             .keyframe_age_s = 0.5,
                             .width = 640,
                             .height = 360});
  expect_round_trip(progress{.renditions = {.made = 1ull << 40, .skipped = 2, .damaged = 3}});
  expect_round_trip(segment_published{
    .media_sequence = 1'767'268'800, .discontinuity_sequence = 3, .duration_s = 2});
  expect_round_trip(picture_judged{.conditions = {{.what = condition::undecodable, .age_s = 6.5},
                                                  {.what = condition::black, .age_s = 10}},
                                   .moved = true,
                                   .decoded = 12,
                                   .undecodable = 3,
                                   .dropped = 1,
                                   .cpu_s = 0.125});
  expect_round_trip(feed_refused{.feed = 7, .why = "cannot be made"});
  expect_round_trip(probed{.transport = "udp",
                           .video = "h264",
                           .profile = "High 4:2:2",
                           .level = "4.1",
                           .audio = "aac",
                           .codecs = "avc1.64001f,mp4a.40.2",
                           .width = 1280,
                           .height = 720,
                           .fps = 25,
                           .gop_s = 2,
                           .bitrate_bps = 2e6,
                           .b_frames = true,
                           .first_picture_s = 0.5,
                           .watched_s = 3,
                           .clock_ahead_s = -1e9});
  expect_round_trip(
    probed{.why = reason::unsupported_codec, .detail = "video is mjpeg", .video = "mjpeg"});
  expect_round_trip(failed{.why = reason::auth, .detail = "401"});
}

TEST(worker_protocol_test, carries_every_order_unchanged) {
  open_order x{.camera = "gate",
               .stream = "sub",
               .url = "rtsp://u:p%25@h/x",
               .output_dir = "/x",
               .run = "r1",
               .sandbox_required = false};
  x.picture = {.check = true, .interval_s = 0.5, .black_luma = 2.5, .undecodable_after = 7};
  auto back = decode_order(encode(order{x}));
  ASSERT_TRUE(back) << back.error();
  EXPECT_EQ(std::get<open_order>(*back), x);
  x.only = {"rtsp://10.0.0.0/8", "rtsp://[::1]:*"};
  EXPECT_EQ(std::get<open_order>(decode_order(encode(order{x})).value()), x);
  x.only = std::vector<std::string>{};
  EXPECT_TRUE(std::get<open_order>(decode_order(encode(order{x})).value()).only)
    << "nowhere at all";
  x.only->resize(permitted_peers_max + 1);
  EXPECT_FALSE(decode_order(encode(order{x})));
  probe_order y{.url = "rtsp://h/x", .transport = "udp", .deadline_s = 3.5, .memory_mb = 64};
  EXPECT_EQ(std::get<probe_order>(decode_order(encode(order{y})).value()), y);
  EXPECT_TRUE(std::holds_alternative<stop_order>(*decode_order(encode(order{stop_order{}}))));
}

TEST(worker_protocol_test, takes_an_order_without_a_word_about_pictures_as_not_to_judge_them) {
  auto text = encode(order{open_order{.camera = "gate"}});
  text.replace(text.find("\"picture\""), 9, "\"painting\"");
  auto back = decode_order(text);
  ASSERT_TRUE(back) << back.error();
  EXPECT_FALSE(std::get<open_order>(*back).picture.check);
}

TEST(worker_protocol_test, survives_a_detail_that_is_not_utf8) {
  EXPECT_TRUE(decode_fact(encode(fact{failed{.why = reason::protocol, .detail = "\xff\xfe"}})));
}

std::string picture_with(const std::string& conditions) {
  return R"({"type":"picture_judged","moved":true,"decoded":1,"undecodable":0,"dropped":0,"cpu_s":0,"conditions":[)" +
         conditions + "]}";
}

TEST(worker_protocol_test, refuses_what_a_hostile_worker_might_say) {
  const std::string deep(1000, '[');
  const auto half_counted =
    std::string{R"({"type":"progress","frames":1,"bytes":1,"keyframes":1,"discontinuities":0,)"} +
    R"("gop_s":1,"fps":15,"bitrate_bps":1,"cpu_s":0,"keyframe_age_s":0,"width":640,"height":360,)" +
    R"("renditions":{"made":1}})";
  const std::string cases[] = {
    "",
    "null",
    "[]",
    "{}",
    "{\"type\":7}",
    "{\"type\":\"party\"}",
    "{\"type\":\"progress\"}",
    R"({"type":"failed","reason":"bored","detail":""})",
    R"({"type":"failed","reason":"auth","detail":7})",
    R"({"type":"failed","reason":"auth","detail":")" + std::string(5000, 'x') + "\"}",
    R"({"type":"segment_published","media_sequence":-1,"discontinuity_sequence":0,"duration_s":1})",
    R"({"type":"segment_published","media_sequence":1.5,"discontinuity_sequence":0,"duration_s":1})",
    R"({"type":"segment_published","media_sequence":1,"discontinuity_sequence":0,"duration_s":1e999})",
    R"({"type":"segment_published","media_sequence":1,"discontinuity_sequence":0,"duration_s":-1})",
    R"({"type":"opened","video":"h264","audio":"","codecs":"","width":70000,"height":1,"transport":"tcp"})",
    R"({"type":"confined","enforced":1,"missing":""})",
    R"({"type":"confined","enforced":true,"missing":")" + std::string(513, 'x') + "\"}",
    R"({"type":"picture_judged","moved":true,"decoded":1,"undecodable":0,"dropped":0,"cpu_s":0})",
    picture_with(R"({"condition":"bored","age_s":1})"),
    picture_with(R"({"condition":"black","age_s":-1})"),
    picture_with(R"({"condition":"black","age_s":1},{"condition":"black","age_s":1})"),
    picture_with(R"("black")"),
    picture_with(R"(1,2,3,4,5)"),
    half_counted,
    "{\"type\":" + deep,
    "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}",
    "{\"type\":\"opened\"",
    std::string(message_bytes_max + 1, ' '),
  };
  for (const auto& x : cases)
    EXPECT_FALSE(decode_fact(x)) << x.substr(0, 80);
}

TEST(worker_protocol_test, holds_a_probe_s_report_to_what_a_camera_can_be) {
  EXPECT_TRUE(decode_fact(encode(fact{probed{.fps = 1000}})));
  const probed bad[] = {
    {.detail = "\x1b[31mred"},
    {.video = "a\nb"},
    {.profile = std::string(33, 'x')},
    {.width = 70'000},
    {.fps = 1001},
    {.gop_s = 3601},
    {.bitrate_bps = 2e11},
    {.first_picture_s = -0.1},
    {.clock_ahead_s = 4e9},
  };
  for (const auto& x : bad)
    EXPECT_FALSE(decode_fact(encode(fact{x}))) << encode(fact{x});
}

TEST(worker_protocol_test, refuses_every_truncation_of_a_good_message) {
  auto whole = encode(fact{progress{.frames = 1}});
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_FALSE(decode_fact(std::string_view{whole}.substr(0, n))) << n;
}

TEST(worker_protocol_test, orders_what_is_watched) {
  watch_order x{{{.id = 1, .sound = true},
                 {.id = 4'000'000'000, .format = media_format::mpegts},
                 {.id = 3, .format = media_format::jpeg, .width = 320, .fps = 5, .quality = 80}}};
  EXPECT_EQ(std::get<watch_order>(decode_order(encode(order{x})).value()), x);
  EXPECT_TRUE(decode_order(encode(order{watch_order{}})));
  x.feeds.resize(feeds_per_worker_max + 1, {.id = 9});
  EXPECT_FALSE(decode_order(encode(order{x})));
  EXPECT_FALSE(decode_order(encode(order{watch_order{{{.id = 0}}}})));
}

} // namespace
} // namespace camwall::media
