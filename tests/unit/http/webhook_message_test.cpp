#include "http/notices/webhook_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace camwall::http {
namespace {

using testing::EndsWith;
using testing::StartsWith;

const wall_time noon = wall_time{} + std::chrono::hours{12};

nlohmann::json body(const std::vector<notice>& what) {
  return nlohmann::json::parse(
    webhook_body(what, {.webhook = "office", .delivery = "d1", .build = "b2", .at = noon}));
}

notice outage(const std::string& id) {
  return {.event = notice_event::down,
          .camera = id,
          .label = "The " + id,
          .group = "yard",
          .what = "refused",
          .detail = "Nobody listens.",
          .since = noon,
          .until = {}};
}

TEST(webhook_message_test, says_what_is_wrong_since_when_and_why) {
  auto x = body({outage("gate")});
  EXPECT_EQ(x, nlohmann::json::parse(R"({
    "version": 1, "webhook": "office", "delivery": "d1", "build": "b2",
    "at": "1970-01-01T12:00:00.000Z", "text": "The gate is down: refused", "firing": 1,
    "resolved": 0, "notices": [{"event": "down", "status": "firing", "camera": "gate",
      "label": "The gate", "group": "yard", "what": "refused", "detail": "Nobody listens.",
      "since": "1970-01-01T12:00:00.000Z", "until": null}]})"));
}

TEST(webhook_message_test, says_what_is_over) {
  auto over = outage("gate");
  over.until = noon + std::chrono::seconds{5};
  notice frozen{.event = notice_event::picture, .camera = "shed", .what = "frozen", .until = {}};
  notice reload{.event = notice_event::reload, .what = "x", .detail = "A mistake.", .until = {}};
  auto x = body({over, frozen, reload});
  EXPECT_EQ(x["firing"], 2);
  EXPECT_EQ(x["resolved"], 1);
  EXPECT_EQ(x["notices"][0]["status"], "resolved");
  EXPECT_EQ(x["notices"][0]["until"], "1970-01-01T12:00:05.000Z");
  EXPECT_EQ(x["notices"][2]["camera"], nullptr);
  EXPECT_EQ(x["text"],
            "The gate is no longer down; shed: the picture is frozen; the configuration cannot be "
            "taken: A mistake.");
}

TEST(webhook_message_test, is_bounded_however_many_cameras_there_are) {
  std::vector<notice> all;
  for (int i = 0; i < 1024; ++i)
    all.push_back(outage("cam" + std::to_string(i)));
  auto x = body(all);
  EXPECT_EQ(x["firing"], 1024);
  EXPECT_EQ(x["notices"].size(), notice_limits::notices_max);
  EXPECT_THAT(x["text"].get<std::string>(), StartsWith("The cam0 is down: refused; The cam1"));
  EXPECT_THAT(x["text"].get<std::string>(), EndsWith("; and 1014 more"));
}

TEST(webhook_message_test, is_json_whatever_a_name_holds) {
  auto x = outage("gate");
  x.label = "\"\\\n\xff";
  EXPECT_EQ(body({x})["notices"][0]["label"], "\"\\\n\xEF\xBF\xBD");
}

// echo -n '1700000000.{"version":1}' | openssl dgst -sha256 -hmac 0123456789abcdef
TEST(webhook_message_test, is_signed_as_the_reference_says) {
  EXPECT_EQ(webhook_signature("0123456789abcdef", "1700000000", R"({"version":1})"),
            "d4d5218e4060ea8d4e3266cccc3a4dad71e647b6992c00beec425264a92b2c5f");
  EXPECT_NE(webhook_signature("0123456789abcdef", "1700000001", R"({"version":1})"),
            "d4d5218e4060ea8d4e3266cccc3a4dad71e647b6992c00beec425264a92b2c5f");
}

} // namespace
} // namespace camwall::http
