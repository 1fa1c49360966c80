#include "http/live/live_messages.hpp"

#include "http/live/media_header.hpp"

#include <gtest/gtest.h>

namespace camwall::http {
namespace {

template <class T>
T parsed(std::string_view text) {
  auto x = parse_client_message(text);
  if (auto* bad = std::get_if<bad_message>(&x); bad != nullptr && !std::is_same_v<T, bad_message>)
    ADD_FAILURE() << bad->detail;
  return std::holds_alternative<T>(x) ? std::get<T>(x) : T{};
}

TEST(live_messages_test, reads_a_subscription_with_what_it_leaves_out) {
  auto x = parsed<subscribe_message>(R"({"type":"subscribe","channel":65535,"camera":"gate"})");
  EXPECT_EQ(x.channel, 65535);
  EXPECT_EQ(x.what, (feed_key{.camera = "gate"}));
  EXPECT_FALSE(x.audio);
}

TEST(live_messages_test, reads_a_subscription_with_everything) {
  auto x = parsed<subscribe_message>(
    R"({"type":"subscribe","channel":0,"camera":"gate","stream":"sub","format":"jpeg","width":320,)"
    R"("height":180,"fps":5,"quality":70,"audio":true,"news":1})");
  EXPECT_EQ(x.what, (feed_key{.camera = "gate",
                              .stream = "sub",
                              .format = media_format::jpeg,
                              .width = 320,
                              .height = 180,
                              .fps = 5,
                              .quality = 70}));
  EXPECT_TRUE(x.audio);
}

TEST(live_messages_test, reads_the_other_messages) {
  EXPECT_EQ(parsed<unsubscribe_message>(R"({"type":"unsubscribe","channel":7})").channel, 7);
}

TEST(live_messages_test, reads_a_report) {
  auto x = parsed<report_message>(
    R"({"type":"report","tiles":[{"camera":"gate","badge":"live","stalls":2,"latency_ms":240},)"
    R"({"camera":"yard","badge":"of tomorrow","latency_ms":null,"news":1}]})");
  ASSERT_EQ(x.tiles.size(), 2U);
  EXPECT_EQ(x.tiles[0].camera, "gate");
  EXPECT_EQ(x.tiles[0].badge, tile_badge::live);
  EXPECT_EQ(x.tiles[0].stalls, 2U);
  EXPECT_EQ(x.tiles[0].latency, std::chrono::milliseconds{240});
  EXPECT_EQ(x.tiles[1].badge, tile_badge::other);
  EXPECT_EQ(x.tiles[1].stalls, 0U);
  EXPECT_FALSE(x.tiles[1].latency);
  EXPECT_TRUE(parsed<report_message>(R"({"type":"report","tiles":[]})").tiles.empty());
}

TEST(live_messages_test, reads_what_a_tile_presented_and_what_was_done_about_it) {
  auto x = parsed<report_message>(
    R"({"type":"report","tiles":[{"camera":"gate","badge":"live","frames":151,)"
    R"("steps":{"seek_to_live":1,"rebuild":2,"of tomorrow":3,"of later":4}},)"
    R"({"camera":"yard","badge":"live","frames":null,"steps":null}]})");
  ASSERT_EQ(x.tiles.size(), 2U);
  EXPECT_EQ(x.tiles[0].frames, 151U);
  EXPECT_EQ(x.tiles[0].steps, (ladder_steps{1, 0, 0, 2, 0, 7}));
  EXPECT_EQ(x.tiles[1].frames, 0U);
  EXPECT_EQ(x.tiles[1].steps, ladder_steps{});
}

TEST(live_messages_test, refuses_reports_beyond_all_measure) {
  auto detail = [](const std::string& tiles) {
    return parsed<bad_message>(R"({"type":"report","tiles":)" + tiles + "}").detail;
  };
  std::string many = "[{}";
  for (int i = 0; i < 256; ++i)
    many += ",{}";
  for (const auto& tiles : {many + "]", std::string{"7"}, std::string{"null"}})
    EXPECT_EQ(detail(tiles), "tiles is a list of at most 256 objects");
  EXPECT_EQ(detail("[7]"), "a tile is an object");
  for (const auto* tile :
       {"{}", R"({"camera":"gate"})", R"({"camera":"gate","badge":7})", R"({"badge":"live"})"})
    EXPECT_EQ(detail("[" + std::string{tile} + "]"),
              "a tile has the texts camera, 1 to 63 letters, and badge");
  auto number = [&](const std::string& field) {
    return detail(R"([{"camera":"gate","badge":"live",)" + field + "}]");
  };
  for (const auto* x : {"1001", "-1", "1.5", "\"1\"", "1e300"})
    EXPECT_EQ(number("\"stalls\":" + std::string{x}), "stalls is a whole number from 0 to 1000");
  for (const auto* x : {"600001", "-1", "true"})
    EXPECT_EQ(number("\"latency_ms\":" + std::string{x}),
              "latency_ms is a whole number from 0 to 600000");
  for (const auto* x : {"10001", "-1", "[]"})
    EXPECT_EQ(number("\"frames\":" + std::string{x}), "frames is a whole number from 0 to 10000");
  std::string kinds = "{\"a\":1";
  for (char c = 'b'; c < 'r'; ++c)
    kinds += ",\"" + std::string{c} + "\":1";
  for (const auto& x : {std::string{"7"}, std::string{R"({"rebuild":1001})"},
                        std::string{R"({"rebuild":-1})"}, kinds + "}"})
    EXPECT_EQ(number("\"steps\":" + x),
              "steps is an object of at most 16 whole numbers from 0 to 1000");
}

TEST(live_messages_test, says_what_it_expected_instead) {
  auto detail = [](std::string_view text) { return parsed<bad_message>(text).detail; };
  EXPECT_EQ(detail(""), "a JSON object is expected");
  EXPECT_EQ(detail("[1]"), "a JSON object is expected");
  EXPECT_EQ(detail("{\"type\":"), "a JSON object is expected");
  EXPECT_EQ(detail(std::string(60'000, '[')), "a JSON object is expected");
  EXPECT_EQ(detail("{}"), "type is subscribe, unsubscribe or report");
  EXPECT_EQ(detail(R"({"type":7})"), "type is subscribe, unsubscribe or report");
  for (auto channel : {"-1", "65536", "1.5", "\"1\"", "null", "1e300"})
    EXPECT_EQ(detail(R"({"type":"unsubscribe","channel":)" + std::string{channel} + "}"),
              "channel is a whole number from 0 to 65535");
  auto about = [&](std::string_view fields) {
    auto text = R"({"type":"subscribe","channel":3,)" + std::string{fields} + "}";
    EXPECT_EQ(parsed<bad_message>(text).channel, 3);
    return detail(text);
  };
  EXPECT_EQ(about(R"("audio":true)"), "the id of a camera is expected, 1 to 63 letters");
  EXPECT_EQ(about(R"("camera":[])"), "camera, stream and format are texts");
  EXPECT_EQ(about(R"("camera":"a","stream":"third")"),
            "stream is main or sub; without it, the grid stream comes");
  EXPECT_EQ(about(R"("camera":"a","format":"gif")"), "format is fmp4, mpegts, jpeg or mpeg1");
  EXPECT_EQ(about(R"("camera":"a","format":"jpeg","quality":101)"),
            "quality is a whole number from 1 to 100");
  EXPECT_EQ(about(R"("camera":"a","format":"jpeg","width":"8")"),
            "width is a whole number from 16 to 4096");
  EXPECT_EQ(about(R"("camera":"a","format":"jpeg","height":90)"), "height needs a width");
  EXPECT_EQ(about(R"("camera":"a","fps":5)"),
            "width, height, fps and quality are for the formats jpeg and mpeg1; fmp4 is what the "
            "camera sends");
  EXPECT_EQ(about(R"("camera":"a","audio":1)"), "audio is true or false");
}

tl::expected<stream_query, std::string> query(std::string_view text) {
  request x;
  x.query = text;
  return parse_stream_query(x);
}

TEST(live_messages_test, reads_the_query_of_a_stream) {
  auto x = query("id=gate&stream=main&format=mpeg1&width=640&height=360&fps=25&quality=80");
  ASSERT_TRUE(x) << x.error();
  EXPECT_EQ(x->what, (feed_key{.camera = "gate",
                               .stream = "main",
                               .format = media_format::mpeg1,
                               .width = 640,
                               .height = 360,
                               .fps = 25,
                               .quality = 80}));
  EXPECT_FALSE(x->events);
}

TEST(live_messages_test, says_texts_over_fmp4_only_unless_asked) {
  EXPECT_TRUE(query("id=gate")->events);
  EXPECT_FALSE(query("id=gate&events=0")->events);
  EXPECT_FALSE(query("id=gate&format=mpegts")->events);
  EXPECT_TRUE(query("id=gate&format=jpeg&events=1")->events);
}

TEST(live_messages_test, refuses_a_query_that_means_nothing) {
  for (auto text :
       {"", "id=", "id=gate&format=x", "id=gate&stream=x", "id=gate&width=100", "id=gate&events=2",
        "id=gate&format=jpeg&width=15", "id=gate&format=jpeg&fps=", "id=gate&format=jpeg&fps=-5"})
    EXPECT_FALSE(query(text)) << text;
}

TEST(live_messages_test, writes_what_the_reference_shows) {
  EXPECT_EQ(hello_text("0.1.0", "abc"), R"({"type":"hello","version":"0.1.0","build":"abc"})");
  feed_description what{"video/mp4; codecs=\"avc1.64001f\"", "audio/mp4; codecs=\"mp4a.40.2\"", 640,
                        360};
  EXPECT_EQ(opened_text(3, what, true),
            R"({"type":"opened","channel":3,"mime":"video/mp4; codecs=\"avc1.64001f\"",)"
            R"("audio_mime":"audio/mp4; codecs=\"mp4a.40.2\"","width":640,"height":360})");
  EXPECT_EQ(opened_text({}, what, false),
            R"({"type":"opened","mime":"video/mp4; codecs=\"avc1.64001f\"",)"
            R"("audio_mime":null,"width":640,"height":360})");
  EXPECT_EQ(closed_text(3, "not_found", "no"),
            R"({"type":"closed","channel":3,"reason":"no","code":"not_found"})");
  EXPECT_EQ(removed_text("gate"), R"({"type":"removed","camera":"gate"})");
  EXPECT_EQ(notice_text("x", {}, "y"),
            R"({"type":"notice","code":"x","channel":null,"detail":"y"})");
  camera_snapshot camera;
  camera.id = "gate";
  EXPECT_TRUE(camera_text(camera).starts_with(R"({"type":"camera","camera":{"id":"gate",)"));
}

TEST(media_header_test, is_sixteen_bytes_big_endian) {
  auto x = encode({.kind = chunk_kind::audio,
                   .channel = 0x0102,
                   .flags = media_header::discontinuity | media_header::dropped_before,
                   .capture_us = 0x1122334455667788});
  EXPECT_EQ(x, (std::string{"\x01\x02\x01\x02\x00\x00\x00\x06\x11\x22\x33\x44\x55\x66\x77\x88",
                            media_header_bytes}));
}

} // namespace
} // namespace camwall::http
