#include "tests/unit/config/document_fixture.hpp"

#include <gmock/gmock.h>

namespace camwall::config {
namespace {

class bad_document_test : public testing::TestWithParam<bad_case> {};

TEST_P(bad_document_test, is_refused_with_pointers) {
  EXPECT_EQ(faults_of(camera_from_json(GetParam().text, main_wall())), GetParam().errors);
}

std::string with(const std::string& more) {
  return R"({"id": "a", "url": "rtsp://cam/", )" + more + "}";
}

const std::vector<bad_case> cases{
  {"no_json", "{", ": is not JSON; the mistake is near byte 2\n"},
  {"empty", "", ": is not JSON; the mistake is near byte 1\n"},
  {"two_values", "{} {}", ": is not JSON; the mistake is near byte 4\n"},
  {"not_utf8", "{\"id\": \"\xff\"}", ": is not JSON; the mistake is near byte 9\n"},
  {"number_too_large", with("\"audio\": 1e999"),
   ": is not JSON that fits: a number is too large\n"},
  {"a_list", "[]", ": expected an object, found a list\n"},
  {"null", "null", ": expected an object, found null\n"},
  {"name_twice", R"({"id": "a", "id": "b"})", ": holds a name twice\n"},
  {"too_deep", with("\"x\": " + std::string(30, '[') + std::string(30, ']')),
   ": is nested too deep\n"},
  {"too_large", with("\"x\": \"" + std::string(document_bytes_max, 'x') + "\""),
   ": is larger than 64 KiB\n"},
  {"nothing", "{}", "/id: is missing\n/url: is missing\n"},
  {"unknown_key", with(R"("trasnport": "udp")"),
   "/trasnport: unknown key \"trasnport\"; did you mean \"transport\"?\n"},
  {"unknown_key_that_needs_escapes", with(R"("a/b~c": 1)"), "/a~1b~0c: unknown key \"a/b~c\"\n"},
  {"key_of_another_section", with(R"("window": 6)"),
   "/window: unknown key \"window\"; it belongs below \"hls\"\n"},
  {"unknown_key_of_picture", with(R"("picture": {"intervall": 1})"),
   "/picture/intervall: unknown key \"intervall\"; did you mean \"interval\"?\n"},
  {"text_for_truth", with(R"("audio": "true")"), "/audio: expected true or false, found text\n"},
  {"number_for_text", with(R"("label": 5)"), "/label: expected text, found a number\n"},
  {"list_for_text", with(R"("group": ["a"])"), "/group: expected text, found a list\n"},
  {"object_for_text", R"({"id": {}, "url": "rtsp://cam/"})",
   "/id: expected text, found an object\n"},
  {"text_for_number", with(R"("picture": {"black_luma": "8"})"),
   "/picture/black_luma: expected a number, found text\n"},
  {"truth_for_duration", with(R"("picture": {"interval": true})"),
   "/picture/interval: expected a duration such as \"2s\" or a number of seconds, found true or "
   "false\n"},
  {"text_for_list", with(R"("picture": {"ignore": "black"})"),
   "/picture/ignore: expected a list, found text\n"},
  {"text_for_object", with(R"("picture": "no")"),
   "/picture: expected a mapping (lines of key: value), found text\n"},
  {"number_in_list", with(R"("picture": {"ignore": ["black", 1]})"),
   "/picture/ignore/1: expected text, found a number\n"},
  {"word_in_list", with(R"("picture": {"ignore": ["black", "blck"]})"),
   "/picture/ignore/1: \"blck\" is not one of frozen, undecodable, black, uniform\n"},
  {"null_for_text", with(R"("label": null)"), "/label: has no value\n"},
  {"word", with(R"("transport": "tpc")"), "/transport: \"tpc\" is not one of tcp, udp\n"},
  {"range", with(R"("picture": {"undecodable_after": 0, "interval": 0.1})"),
   "/picture/interval: \"0.1\" is not a duration from 500ms to 60s (write 10s, 500ms or plain "
   "seconds)\n"
   "/picture/undecodable_after: \"0\" is not a whole number from 1 to 100\n"},
  {"id", R"({"id": "../etc", "url": "rtsp://cam/"})",
   "/id: \"../etc\" is not an id: 1 to 63 of a-z, 0-9, _ and -, the first one a letter or a "
   "digit\n"},
  {"line_break", with(R"("label": "a\nb")"), "/label: holds a line break\n"},
  {"control_character", with(R"("label": "a\u0000b")"), "/label: holds a control character\n"},
  {"url", R"({"id": "a", "url": "http://cam/"})", "/url: does not begin with rtsp://\n"},
  {"login_twice", R"({"id": "a", "url": "rtsp://u:p@cam/", "username": "v"})",
   "/url: names a user, and so do username and password; write only one of them\n"},
  {"two_logins", with(R"("username": "u", "sub_url": "rtsp://v:q@cam/")"),
   "/sub_url: names a user, and so do username and password; write only one of them\n"},
  {"two_logins_in_addresses",
   R"({"id": "a", "url": "rtsp://u:p@cam/", "sub_url": "rtsp://u:q@cam/"})",
   "/sub_url: names another login than url; here both addresses of a camera have one login\n"},
  {"login_that_is_no_text", R"({"id": "a", "url": "rtsp://u:%ff@cam/"})",
   "/url: its login holds what is no text\n"},
  {"password_without_user", with(R"("password": "p")"), "/password: is given without a username\n"},
  {"mask_of_nothing", with(R"("username": "u", "password": "***")"),
   "/password: *** stands for what is known already; a new camera has nothing yet\n"},
  {"masked_address_of_nothing", R"({"id": "a", "url": "rtsp://***@cam/"})",
   "/url: *** stands for a login that is known already; a new camera has none\n"},
  {"several_channels",
   R"({"id": "a{channel}", "template": "dahua", "host": "cam", "channels": "1-2"})",
   "/channels: makes several cameras; here write channel, for one\n"},
  {"template_and_url", with(R"("template": "dahua", "host": "cam")"),
   "/url: is given beside template, which has addresses of its own; write only one\n"},
};

INSTANTIATE_TEST_SUITE_P(documents, bad_document_test, testing::ValuesIn(cases), case_name);

TEST(bad_document_test, no_fault_ever_shows_a_secret) {
  for (const std::string text : {
         R"({"id": "a", "url": "rtsp://u:hunter2@/"})",
         R"({"id": "a", "url": "rtsp://u:x/hunter2@cam/"})",
         R"({"id": "a", "url": "http://u:hunter2@cam/"})",
         R"({"id": "a", "url": "rtsp://cam/", "password": "hunter2"})",
         R"({"id": "a", "url": "rtsp://cam/", "username": "u", "password": "hunter2\n"})",
         R"({"id": "a", "url": "rtsp://cam/", "username": "u", "password": ["hunter2"]})",
         R"({"id": "a", "url": "rtsp://u:hunter2@cam/", "sub_url": "rtsp://u:hunter3@cam/"})",
         R"({"id": "a", "url": "rtsp://u:hunter2@cam/", "transport": "rtsp://u:hunter2@cam/"})",
         R"({"id": "a", "url": "rtsp://u:hunter2@cam/" "hunter2")",
         R"({"rtsp://u:hunter2@cam/": 1})",
       }) {
    auto faults = faults_of(camera_from_json(text, main_wall()));
    EXPECT_NE(faults, "good\n") << text;
    EXPECT_THAT(faults, testing::Not(testing::HasSubstr("hunter"))) << text;
  }
}

} // namespace
} // namespace camwall::config
