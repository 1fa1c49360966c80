#include "tests/unit/config/document_fixture.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <random>

namespace camwall::config {
namespace {

using nlohmann::json;

/// The camera that the file of `x` gives, with `main_text` as the main file.
camera reloaded(const camera& x, const std::string& main_text = "cameras: []\n") {
  temporary_folder folder;
  folder.write("cameras.d/" + api_file_name(x.id), camera_file_text(x));
  auto loaded =
    load_file(folder.write("wall.yaml", main_text), fixed_environment({{"X", "wrong"}}));
  if (loaded)
    return loaded->cameras.at(0);
  for (const auto& error : loaded.error())
    ADD_FAILURE() << to_string(error) << "\n" << camera_file_text(x);
  return {};
}

TEST(camera_text_test, has_the_header_and_the_order_of_the_reference) {
  auto x =
    good_camera(R"({"picture": {"ignore": ["black", "frozen"], "interval": "5s"}, "audio": false,
    "url": "rtsp://u:p@cam/", "label": "A", "id": "a"})");
  EXPECT_EQ(camera_file_text(x), std::string{api_file_header} + R"(
camera:
  id: "a"
  label: "A"
  url: "rtsp://cam/"
  username: "u"
  password: "p"
  audio: false
  picture:
    interval: "5s"
    ignore: ["black", "frozen"]
)");
}

TEST(camera_text_test, its_header_is_known_again) {
  EXPECT_TRUE(
    has_api_header(camera_file_text(good_camera(R"({"id": "a", "url": "rtsp://cam/"})"))));
  EXPECT_TRUE(has_api_header("# Written by camwall's API. In other words than today.\n"));
  EXPECT_FALSE(has_api_header("# Written by hand\n"));
  EXPECT_FALSE(has_api_header(" " + std::string{api_file_header}));
  EXPECT_FALSE(has_api_header(""));
}

void expect_same(const camera& a, const camera& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.label, b.label);
  EXPECT_EQ(a.group, b.group);
  EXPECT_EQ(a.url, b.url);
  EXPECT_EQ(a.sub_url, b.sub_url);
  EXPECT_EQ(a.password, b.password);
  EXPECT_EQ(a.sub_password, b.sub_password);
  EXPECT_EQ(a.transport, b.transport);
  EXPECT_EQ(a.audio, b.audio);
  EXPECT_EQ(a.enabled, b.enabled);
  EXPECT_EQ(a.start, b.start);
  EXPECT_EQ(a.picture.check, b.picture.check);
  EXPECT_EQ(a.picture.interval, b.picture.interval);
  EXPECT_EQ(a.picture.black_luma, b.picture.black_luma);
  EXPECT_EQ(a.picture.undecodable_after, b.picture.undecodable_after);
  EXPECT_EQ(a.picture.ignore, b.picture.ignore);
  EXPECT_EQ(a.source.file, b.source.file);
  EXPECT_EQ(a.source.line, b.source.line);
  EXPECT_EQ(a.api_owned, b.api_owned);
  EXPECT_EQ(a.settings, b.settings);
}

TEST(camera_text_test, every_key_comes_back) {
  const std::string main = "defaults: {group: yard, audio: false, username: d, password: e}\n";
  auto x = good_camera(
    R"({"id": "a", "label": "b", "group": "", "url": "rtsp://cam:8554/1?a=b&c", "sub_url": "rtsp://[::1]/2",
    "username": "u", "password": "", "transport": "udp", "audio": true, "enabled": false, "start": "on_demand", "quirks": [],
    "picture": {"check": true, "interval": 2, "frozen_after": "1m", "black_after": 1.5, "black_luma": 0.125,
                "uniform_after": "500s", "uniform_spread": 64, "undecodable_after": 100, "ignore": []}})",
    main_wall(main));
  expect_same(reloaded(x, main), x);
}

/// What people, and those who mean no good, put into text.
const std::vector<std::string> nasty{"",
                                     " ",
                                     "  leading",
                                     "trailing  ",
                                     "%",
                                     "100 %",
                                     ":",
                                     "a: b",
                                     "key:",
                                     "#",
                                     "a #b",
                                     "# comment",
                                     "\"",
                                     "'",
                                     "it's",
                                     "\\",
                                     "\\n",
                                     "\\\"",
                                     "\"\\",
                                     "${X}",
                                     "$${X}",
                                     "$$${X}",
                                     "${",
                                     "$",
                                     "$$",
                                     "a${",
                                     "${X:-y}",
                                     "yes",
                                     "no",
                                     "true",
                                     "null",
                                     "~",
                                     "0",
                                     "007",
                                     "1e3",
                                     "0x1f",
                                     "1_000",
                                     "-",
                                     "- a",
                                     "?",
                                     "? a",
                                     "!",
                                     "!file pw",
                                     "&a",
                                     "*a",
                                     "|",
                                     ">",
                                     "@",
                                     "`",
                                     "{}",
                                     "{a: b}",
                                     "[]",
                                     "[a, b]",
                                     ",",
                                     "%YAML 1.2",
                                     "---",
                                     "...",
                                     "--- a",
                                     "<<",
                                     "=",
                                     "\t",
                                     "a\tb",
                                     "\xc3\xa4\xc3\xb6\xc3\xbc",
                                     "\xe6\x97\xa5\xe6\x9c\xac",
                                     "\xf0\x9f\x93\xb7",
                                     "\xc2\x85",
                                     "\xe2\x80\xa8",
                                     "\xef\xbb\xbf",
                                     "\xef\xbb\xbfx",
                                     "***x",
                                     "2026-01-01",
                                     "{channel}",
                                     "\xc2\xa0"};

json body_with(const std::string& text) {
  json body{{"id", "a"},
            {"url", "rtsp://cam/"},
            {"group", text},
            {"username", "u" + text},
            {"password", text}};
  if (!text.empty())
    body["label"] = text;
  return body;
}

TEST(camera_text_test, nasty_text_comes_back_unchanged) {
  for (const auto& text : nasty) {
    auto x = good_camera(body_with(text).dump());
    EXPECT_EQ(x.password, text);
    auto back = reloaded(x);
    EXPECT_EQ(back.password, text);
    EXPECT_EQ(back.group, text);
    expect_same(back, x);
  }
}

TEST(camera_text_test, any_text_comes_back_unchanged) {
  constexpr unsigned seed = 20'26;
  constexpr std::size_t bytes_max = 60;
  std::mt19937 random{seed};
  auto below = [&](std::size_t n) { return random() % n; };
  // All in one file and one load, so that a thousand of them take a moment.
  std::string text = "cameras:\n";
  std::vector<camera> all;
  for (int round = 0; round < 1000; ++round) {
    std::string piece;
    while (piece.size() < bytes_max && below(5) != 0)
      piece += below(3) == 0 ? std::string(1, static_cast<char>(0x20 + below(0x5f)))
                             : nasty[below(nasty.size())];
    if (piece.size() > bytes_max)
      continue;
    auto body = body_with(piece);
    body["id"] = "a" + std::to_string(round);
    auto x = good_camera(body.dump());
    auto file = camera_file_text(x);
    auto lines = file.substr(file.find("  id:"));
    lines[0] = '-'; // A list's entry.
    lines.insert(1, 1, ' ');
    lines.erase(2, 1);
    text += lines;
    all.push_back(std::move(x));
  }
  auto loaded = load_good("limits: {cameras_max: 1024}\n" + text);
  ASSERT_EQ(loaded.cameras.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(loaded.cameras[i].settings, all[i].settings);
    EXPECT_EQ(loaded.cameras[i].url, all[i].url);
  }
}

TEST(camera_text_test, what_would_need_more_than_a_line_is_refused) {
  for (const std::string text : {"a\nb", "a\r", "\n", "a\x01", "\x7f", "\x1b[0m"})
    EXPECT_FALSE(camera_from_json(body_with(text).dump(), main_wall())) << text;
}

} // namespace
} // namespace camwall::config
