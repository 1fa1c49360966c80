#include "config/templates.hpp"
#include "tests/unit/config/config_fixture.hpp"

#include <gmock/gmock.h>

namespace camwall::config {
namespace {

using testing::HasSubstr;

TEST(template_test, sixteen_channels_of_a_recorder_are_three_lines) {
  auto x = load_good(
    "cameras:\n"
    "  - {id: \"yard-{channel}\", label: \"Yard {channel:02}\", template: hikvision, host: "
    "10.0.0.5, channels: 1-16,\n"
    "     username: viewer, password: \"p:w\"}\n");
  ASSERT_EQ(x.cameras.size(), 16U);
  EXPECT_EQ(x.cameras[2].id, "yard-3");
  EXPECT_EQ(x.cameras[2].label, "Yard 03");
  EXPECT_EQ(x.cameras[2].url, "rtsp://viewer:p%3Aw@10.0.0.5/Streaming/Channels/301");
  EXPECT_EQ(x.cameras[2].sub_url, "rtsp://viewer:p%3Aw@10.0.0.5/Streaming/Channels/302");
  EXPECT_EQ(x.cameras[2].sub_password, "p:w");
  EXPECT_EQ(x.cameras[15].id, "yard-16");
  EXPECT_EQ(x.cameras[15].url, "rtsp://viewer:p%3Aw@10.0.0.5/Streaming/Channels/1601");
  EXPECT_EQ(x.cameras[15].source.line, 2);
}

TEST(template_test, every_brand_has_its_addresses) {
  const std::map<std::string, std::string> wanted{
    {"hikvision", "rtsp://cam/Streaming/Channels/101 rtsp://cam/Streaming/Channels/102"},
    {"dahua",
     "rtsp://cam/cam/realmonitor?channel=1&subtype=0 "
     "rtsp://cam/cam/realmonitor?channel=1&subtype=1"},
    {"amcrest",
     "rtsp://cam/cam/realmonitor?channel=1&subtype=0 "
     "rtsp://cam/cam/realmonitor?channel=1&subtype=1"},
    {"reolink", "rtsp://cam/Preview_01_main rtsp://cam/Preview_01_sub"},
    {"axis",
     "rtsp://cam/axis-media/media.amp?camera=1&videocodec=h264 "
     "rtsp://cam/axis-media/media.amp?camera=1&videocodec=h264&resolution=640x360"},
    {"uniview", "rtsp://cam/unicast/c1/s0/live rtsp://cam/unicast/c1/s1/live"},
    {"tplink", "rtsp://cam/stream1 rtsp://cam/stream2"},
    {"onvif", "rtsp://cam/onvif1 rtsp://cam/onvif2"},
  };
  EXPECT_EQ(camera_templates().size(), wanted.size());
  for (const auto& kind : camera_templates()) {
    auto x =
      load_good("cameras:\n  - {id: a, host: cam, template: " + std::string{kind.name} + "}\n");
    ASSERT_EQ(x.cameras.size(), 1U);
    EXPECT_EQ(x.cameras[0].url + " " + x.cameras[0].sub_url, wanted.at(std::string{kind.name}));
    EXPECT_EQ(x.cameras[0].label, "a");
    EXPECT_FALSE(kind.title.empty());
    EXPECT_TRUE(kind.hint.ends_with("."));
  }
}

TEST(template_test, takes_a_port_an_ipv6_address_and_one_channel) {
  auto x = load_good(
    "cameras:\n  - {id: 'a{channel}', template: reolink, host: 'fe80::1', port: 10554, channel: "
    "7}\n");
  EXPECT_EQ(x.cameras.at(0).id, "a7");
  EXPECT_EQ(x.cameras.at(0).url, "rtsp://[fe80::1]:10554/Preview_07_main");
}

TEST(template_test, takes_several_ranges_in_their_order) {
  auto x = load_good(
    "cameras:\n  - {id: 'a{channel}', template: uniview, host: cam, channels: '9-10,2'}\n");
  ASSERT_EQ(x.cameras.size(), 3U);
  EXPECT_EQ(x.cameras[0].id, "a9");
  EXPECT_EQ(x.cameras[2].url, "rtsp://cam/unicast/c2/s0/live");
}

TEST(template_test, shows_its_pattern) {
  EXPECT_EQ(pattern_for_display(find_template("hikvision")->main),
            "rtsp://{host}:{port}/Streaming/Channels/{channel}01");
  EXPECT_EQ(find_template("nobody"), nullptr);
}

TEST(template_test, the_reference_shows_every_one_of_them) {
  auto text = repository_file("docs/reference/configuration.md");
  for (const auto& x : camera_templates()) {
    auto channels = x.channels_max == 1 ? "none" : "1 to " + std::to_string(x.channels_max);
    std::string row = "| " + std::string{x.name} + " | " + std::string{x.title} + " | `" +
                      std::string{x.main} + "` | `" + std::string{x.sub} + "` | " + channels +
                      " | " + std::string{x.hint} + " |\n";
    EXPECT_THAT(text, HasSubstr(row));
  }
}

class bad_template_test : public testing::TestWithParam<bad_case> {};

TEST_P(bad_template_test, is_refused_with_its_place) {
  EXPECT_EQ(errors_of("cameras:\n  - {" + GetParam().text + "}\n"), GetParam().errors);
}

const std::string names =
  " is not one of hikvision, dahua, reolink, axis, uniview, amcrest, tplink, onvif";
const std::string not_a_range =
  " is not a range such as 1-16 or 1-4,7 of numbers from 1 to 256, each once\n";

const std::vector<bad_case> cases{
  {"unknown", "id: a, host: cam, template: hikvison",
   "wall.yaml:2:34: cameras[0].template: \"hikvison\"" + names + "; did you mean \"hikvision\"?\n"},
  {"unknown_and_far", "id: a, host: cam, template: zebra",
   "wall.yaml:2:34: cameras[0].template: \"zebra\"" + names + "\n"},
  {"no_host", "id: a, template: dahua",
   "wall.yaml:2:5: cameras[0].host: is missing; a template needs it\n"},
  {"host_with_port", "id: a, template: dahua, host: 'cam:554'",
   "wall.yaml:2:36: cameras[0].host: \"cam:554\" is not a host name or an IP address (the port "
   "goes "
   "into port)\n"},
  {"host_is_no_ipv4", "id: a, template: dahua, host: 10.0.0.256",
   "wall.yaml:2:36: cameras[0].host: \"10.0.0.256\" is not a host name or an IP address (the port "
   "goes "
   "into port)\n"},
  {"port", "id: a, template: dahua, host: cam, port: 0",
   "wall.yaml:2:47: cameras[0].port: \"0\" is not a whole number from 1 to 65535\n"},
  {"with_url", "id: a, template: dahua, host: cam, url: 'rtsp://cam/'",
   "wall.yaml:2:46: cameras[0].url: is given beside template, which has addresses of its own; "
   "write "
   "only one\n"},
  {"host_without_template", "id: a, host: cam, url: 'rtsp://cam/'",
   "wall.yaml:2:19: cameras[0].host: means something only together with template\n"},
  {"channel_too_large", "id: a, template: dahua, host: cam, channel: 257",
   "wall.yaml:2:50: cameras[0].channel: \"257\" is not a whole number from 1 to 256\n"},
  {"channel_of_a_camera_without", "id: a, template: tplink, host: cam, channel: 1",
   "wall.yaml:2:51: cameras[0].channel: template tplink knows no channels\n"},
  {"both_channels", "id: 'a{channel}', template: dahua, host: cam, channel: 1, channels: 1-2",
   "wall.yaml:2:74: cameras[0].channels: is given beside channel; write only one of them\n"},
  {"range_backwards", "id: 'a{channel}', template: dahua, host: cam, channels: 4-1",
   "wall.yaml:2:62: cameras[0].channels: \"4-1\"" + not_a_range},
  {"range_too_far", "id: 'a{channel}', template: dahua, host: cam, channels: 1-99999999999",
   "wall.yaml:2:62: cameras[0].channels: \"1-99999999999\"" + not_a_range},
  {"range_open", "id: 'a{channel}', template: dahua, host: cam, channels: 1-",
   "wall.yaml:2:62: cameras[0].channels: \"1-\"" + not_a_range},
  {"range_twice", "id: 'a{channel}', template: dahua, host: cam, channels: '1-4,2'",
   "wall.yaml:2:62: cameras[0].channels: \"1-4,2\"" + not_a_range},
  {"id_without_channel", "id: a, template: dahua, host: cam, channels: 1-16",
   "wall.yaml:2:10: cameras[0].id: holds no {channel}, so that all channels would have the same "
   "id\n"},
  {"one_mistake_is_told_once",
   "id: 'a{channel}', template: dahua, host: cam, channels: 1-16, audio: 7",
   "wall.yaml:2:75: cameras[0].audio: \"7\" is not one of true, false\n"},
};

INSTANTIATE_TEST_SUITE_P(templates, bad_template_test, testing::ValuesIn(cases), case_name);

} // namespace
} // namespace camwall::config
