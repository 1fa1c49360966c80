#include "tests/unit/config/config_fixture.hpp"

namespace camwall::config {
namespace {

class bad_camera_test : public testing::TestWithParam<bad_case> {};

TEST_P(bad_camera_test, is_refused_with_its_place) {
  EXPECT_EQ(errors_of(GetParam().text), GetParam().errors);
}

const std::string bad_id =
  " is not an id: 1 to 63 of a-z, 0-9, _ and -, the first one a letter or a "
  "digit\n";

const std::vector<bad_case> fields{
  {"not_a_list", "cameras: {gate: 1}\n",
   "wall.yaml:1:10: cameras: expected a list, found a mapping\n"},
  {"entry_is_text", "cameras:\n  - gate\n",
   "wall.yaml:2:5: cameras[0]: expected a mapping (lines of key: value), found text\n"},
  {"entry_is_absent", "cameras:\n  - {id: a, url: 'rtsp://a/'}\n  - ~\n",
   "wall.yaml:3:5: cameras[1]: has no value\n"},
  {"no_id_no_url", "cameras:\n  - label: Gate\n",
   "wall.yaml:2:5: cameras[0].id: is missing\nwall.yaml:2:5: cameras[0].url: is missing\n"},
  {"id_upper_case", "cameras:\n  - id: Gate\n    url: rtsp://a/\n",
   "wall.yaml:2:9: cameras[0].id: \"Gate\"" + bad_id},
  {"id_leaves_its_folder", "cameras:\n  - id: ../etc\n    url: rtsp://a/\n",
   "wall.yaml:2:9: cameras[0].id: \"../etc\"" + bad_id},
  {"id_reserved", "cameras:\n  - id: all\n    url: rtsp://a/\n",
   "wall.yaml:2:9: cameras[0].id: \"all\" is a reserved word\n"},
  {"id_twice", "cameras:\n  - id: gate\n    url: rtsp://a/\n  - url: rtsp://b/\n    id: gate\n",
   "wall.yaml:5:9: cameras[1].id: \"gate\" is already the id of cameras[0] on line 2\n"},
  {"key_twice", "cameras:\n  - id: gate\n    url: rtsp://a/\n    url: rtsp://b/\n",
   "wall.yaml:4:5: cameras[0].url: is given twice; first on line 3\n"},
  {"unknown_key", "cameras:\n  - id: gate\n    url: rtsp://a/\n    trasnport: udp\n",
   "wall.yaml:4:5: cameras[0]: unknown key \"trasnport\"; did you mean \"transport\"?\n"},
  {"transport", "cameras:\n  - {id: a, url: 'rtsp://a/', transport: tpc}\n",
   "wall.yaml:2:42: cameras[0].transport: \"tpc\" is not one of tcp, udp\n"},
  {"transport_of_defaults", "defaults: {transport: http}\n",
   "wall.yaml:1:23: defaults.transport: \"http\" is not one of tcp, udp\n"},
  {"audio", "cameras:\n  - {id: a, url: 'rtsp://a/', audio: yes}\n",
   "wall.yaml:2:38: cameras[0].audio: \"yes\" is not one of true, false\n"},
  {"start", "cameras:\n  - {id: a, url: 'rtsp://a/', start: lazy}\n",
   "wall.yaml:2:38: cameras[0].start: \"lazy\" is not one of always, on_demand\n"},
  {"quirk", "cameras:\n  - {id: a, url: 'rtsp://a/', quirks: [odd]}\n",
   "wall.yaml:2:40: cameras[0].quirks[0]: \"odd\" is not a known quirk; this version knows none\n"},
  {"picture_is_no_mapping", "cameras:\n  - {id: a, url: 'rtsp://a/', picture: false}\n",
   "wall.yaml:2:40: cameras[0].picture: expected a mapping (lines of key: value), found text\n"},
  {"picture_key", "cameras:\n  - {id: a, url: 'rtsp://a/', picture: {frozen_atfer: 3s}}\n",
   "wall.yaml:2:41: cameras[0].picture: unknown key \"frozen_atfer\"; did you mean "
   "\"frozen_after\"?\n"},
  {"picture_key_of_a_camera", "cameras:\n  - {id: a, url: 'rtsp://a/', uniform_spread: 3}\n",
   "wall.yaml:2:31: cameras[0]: unknown key \"uniform_spread\"; it belongs below "
   "\"defaults.picture\"\n"},
  {"picture_check", "defaults: {picture: {check: no}}\n",
   "wall.yaml:1:29: defaults.picture.check: \"no\" is not one of true, false\n"},
  {"picture_interval", "defaults: {picture: {interval: 100ms}}\n",
   "wall.yaml:1:32: defaults.picture.interval: \"100ms\" is not a duration from 500ms to 60s "
   "(write "
   "10s, 500ms or plain seconds)\n"},
  {"picture_luma", "cameras:\n  - {id: a, url: 'rtsp://a/', picture: {black_luma: 65}}\n",
   "wall.yaml:2:53: cameras[0].picture.black_luma: \"65\" is not a number from 0 to 64\n"},
  {"picture_ignore", "cameras:\n  - {id: a, url: 'rtsp://a/', picture: {ignore: [black, dark]}}\n",
   "wall.yaml:2:57: cameras[0].picture.ignore[1]: \"dark\" is not one of frozen, undecodable, "
   "black, uniform\n"},
  {"label_empty", "cameras:\n  - {id: a, url: 'rtsp://a/', label: ''}\n",
   "wall.yaml:2:38: cameras[0].label: is empty\n"},
  {"label_of_two_lines", "cameras:\n  - {id: a, url: 'rtsp://a/', label: \"a\\nb\"}\n",
   "wall.yaml:2:38: cameras[0].label: holds a line break\n"},
  {"label_too_long",
   "cameras:\n  - {id: a, url: 'rtsp://a/', label: " + std::string(129, 'x') + "}\n",
   "wall.yaml:2:38: cameras[0].label: is longer than 128 bytes\n"},
  {"too_many",
   "limits: {cameras_max: 1}\ncameras:\n  - {id: a, url: 'rtsp://a/'}\n  - {id: b, url: "
   "'rtsp://b/'}\n",
   "wall.yaml:4:5: cameras[1]: more than 1 cameras (limits.cameras_max)\n"},
  {"all_at_once", "cameras:\n  - id: B\n    transport: tpc\n    url: http://a/\nlog: {level: x}\n",
   "wall.yaml:2:9: cameras[0].id: \"B\"" + bad_id +
     "wall.yaml:3:16: cameras[0].transport: \"tpc\" is not one of tcp, udp\n"
     "wall.yaml:4:10: cameras[0].url: does not begin with rtsp://\n"
     "wall.yaml:5:14: log.level: \"x\" is not one of trace, debug, info, warn, error, critical, "
     "off\n"},
};

bad_case bad_url(std::string name, const std::string& url, const std::string& message) {
  return {std::move(name), "cameras:\n  - id: gate\n    url: \"" + url + "\"\n",
          "wall.yaml:3:10: cameras[0].url: " + message + "\n"};
}

const std::string bad_port =
  "its port is not a number from 1 to 65535 (if a password holds : / ? or "
  "@, percent-encode it, or use username and password)";

const std::vector<bad_case> addresses{
  bad_url("empty", "", "is empty"),
  bad_url("no_scheme", "cam/stream", "does not begin with rtsp://"),
  bad_url("http", "http://cam/", "does not begin with rtsp://"),
  bad_url("rtsps", "RTSPS://cam/", "rtsps:// is not supported yet; only rtsp://"),
  bad_url("no_host", "rtsp:///stream", "names no host"),
  bad_url("no_host_after_user", "rtsp://admin:pw@/stream", "names no host"),
  bad_url("no_user_before_at", "rtsp://:pw@cam/", "has an @ but names no user before it"),
  bad_url("port_zero", "rtsp://cam:0/", bad_port),
  bad_url("port_too_large", "rtsp://cam:65536/", bad_port),
  bad_url("port_word", "rtsp://cam:rtsp/", bad_port),
  bad_url("port_empty", "rtsp://cam:/", bad_port),
  bad_url("slash_in_password", "rtsp://admin:hun/ter2@cam/", bad_port),
  bad_url("space", "rtsp://cam/a b", "holds a space; write %20"),
  bad_url("percent", "rtsp://admin:100%@cam/",
          "holds a % that two hexadecimal digits do not follow; write %25"),
  bad_url("fragment", "rtsp://cam/#1", "holds a #; write %23"),
  bad_url("backslash", "rtsp://cam\\\\x/",
          "holds a \\; percent-encode it, or use username and password"),
  bad_url("two_ats", "rtsp://admin:p@ss@cam/",
          "holds a second @ before the host; percent-encode it, or use username and password"),
  bad_url("umlaut", "rtsp://admin:\xc3\xa4@cam/",
          "holds a character outside ASCII; percent-encode it, or use username and password"),
  bad_url("ipv4", "rtsp://10.0.0.256/", "its host is not a valid IPv4 address"),
  bad_url("ipv6", "rtsp://[fe80::zz]/", "has no IPv6 address between [ and ]"),
  bad_url("ipv6_open", "rtsp://[fe80::1/", "has a [ without its ]"),
  bad_url("ipv6_text_after", "rtsp://[fe80::1]x/", "has text between ] and the port"),
  bad_url("host", "rtsp://ca$m/", "its host is not a host name or an IP address"),
  bad_url("too_long", "rtsp://cam/" + std::string(2048, 'x'), "is longer than 2048 bytes"),
  {"sub_url", "cameras:\n  - id: a\n    url: rtsp://a/\n    sub_url: rtsp//a/2\n",
   "wall.yaml:4:14: cameras[0].sub_url: does not begin with rtsp://\n"},
};

const std::vector<bad_case> logins{
  {"user_twice", "cameras:\n  - id: a\n    url: rtsp://x:y@a/\n    username: x\n    password: y\n",
   "wall.yaml:3:10: cameras[0].url: names a user, and so do username and password; write only one "
   "of "
   "them\n"},
  {"password_without_user", "cameras:\n  - id: a\n    url: rtsp://a/\n    password: y\n",
   "wall.yaml:4:15: cameras[0].password: is given without a username\n"},
  {"password_is_a_list",
   "cameras:\n  - id: a\n    url: rtsp://a/\n    username: x\n    password: "
   "[y]\n",
   "wall.yaml:5:15: cameras[0].password: expected text, found a list\n"},
  {"secret_file_missing",
   "cameras:\n  - id: a\n    url: rtsp://a/\n    username: x\n    password: "
   "!file /nowhere/x\n",
   "wall.yaml:5:15: cameras[0].password: the secret's file \"/nowhere/x\" cannot be read: No such "
   "file "
   "or directory\n"},
  {"secret_file_unnamed",
   "cameras:\n  - id: a\n    url: rtsp://a/\n    username: x\n    password: "
   "!file\n",
   "wall.yaml:5:15: cameras[0].password: !file names no file\n"},
  {"secret_file_is_a_folder",
   "cameras:\n  - id: a\n    url: rtsp://a/\n    username: x\n    "
   "password: !file /\n",
   "wall.yaml:5:15: cameras[0].password: the secret's file \"/\" is a directory\n"},
};

INSTANTIATE_TEST_SUITE_P(fields, bad_camera_test, testing::ValuesIn(fields), case_name);
INSTANTIATE_TEST_SUITE_P(addresses, bad_camera_test, testing::ValuesIn(addresses), case_name);
INSTANTIATE_TEST_SUITE_P(logins, bad_camera_test, testing::ValuesIn(logins), case_name);

} // namespace
} // namespace camwall::config
