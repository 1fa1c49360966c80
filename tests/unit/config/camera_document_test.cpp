#include "tests/unit/config/document_fixture.hpp"

#include <gmock/gmock.h>

namespace camwall::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view gate = R"({"id": "gate", "label": "Gate", "url": "rtsp://cam/1",
  "sub_url": "rtsp://cam/2", "username": "u", "password": "p/", "transport": "udp", "audio": false,
  "picture": {"interval": "5s", "frozen_after": 60, "black_luma": 2.5, "ignore": ["black"]}})";

constexpr std::string_view new_host =
  "names another host than before, and the known password would be sent there: give username and "
  "password again\n";

TEST(camera_document_test, a_body_becomes_a_camera) {
  auto x = good_camera(gate);
  EXPECT_EQ(x.id, "gate");
  EXPECT_EQ(x.label, "Gate");
  EXPECT_EQ(x.url, "rtsp://u:p%2F@cam/1");
  EXPECT_EQ(x.sub_url, "rtsp://u:p%2F@cam/2");
  EXPECT_EQ(x.password, "p/");
  EXPECT_EQ(x.transport, transport::udp);
  EXPECT_FALSE(x.audio);
  EXPECT_EQ(x.picture.interval, seconds_f{5});
  EXPECT_EQ(x.picture.frozen_after, seconds_f{60});
  EXPECT_EQ(x.picture.black_luma, 2.5);
  EXPECT_THAT(x.picture.ignore, ElementsAre(condition::black));
  EXPECT_TRUE(x.api_owned);
  EXPECT_EQ(x.source.file, "cameras.d/api-gate.yaml");
  EXPECT_EQ(x.source.line, 3);
}

TEST(camera_document_test, takes_the_defaults_of_the_main_file_and_does_not_write_them_down) {
  auto main = main_wall("defaults: {transport: udp, group: yard, username: u, password: p}\n");
  auto x = good_camera(R"({"id": "a", "url": "rtsp://cam/"})", main);
  EXPECT_EQ(x.transport, transport::udp);
  EXPECT_EQ(x.group, "yard");
  EXPECT_EQ(x.url, "rtsp://u:p@cam/");
  EXPECT_EQ(x.settings, R"({"id":"a","url":"rtsp://cam/"})");
}

TEST(camera_document_test, values_are_literal) {
  auto x = good_camera(
    R"({"id": "a", "url": "rtsp://cam/", "label": "${HOME} $${X}", "group": "!file x"})");
  EXPECT_EQ(x.label, "${HOME} $${X}");
  EXPECT_EQ(x.group, "!file x");
}

TEST(camera_document_test, a_login_within_an_address_becomes_fields) {
  auto x = good_camera(
    R"({"id": "a", "url": "rtsp://ad%40min:p%2F@cam/1", "sub_url": "rtsp://ad%40min:p%2F@cam/2"})");
  EXPECT_EQ(x.settings, R"({"id":"a","url":"rtsp://cam/1","sub_url":"rtsp://cam/2",)"
                        R"("username":"ad@min","password":"p/"})");
  EXPECT_EQ(x.sub_url, "rtsp://ad%40min:p%2F@cam/2");
  auto main = main_wall("defaults: {username: u, password: p}\n");
  EXPECT_EQ(good_camera(R"({"id": "a", "url": "rtsp://v@cam/1"})", main).url, "rtsp://v@cam/1")
    << "no password in an address is none";
}

TEST(camera_document_test, an_empty_login_is_none_whatever_the_defaults_say) {
  auto main = main_wall("defaults: {username: u, password: p}\n");
  for (const auto* login : {R"("username": "")", R"("username": "", "password": "")"}) {
    auto body = std::string{R"({"id": "a", "url": "rtsp://cam/1", )"} + login + "}";
    EXPECT_EQ(good_camera(body, main).url, "rtsp://cam/1");
  }
}

TEST(camera_document_test, a_template_becomes_addresses) {
  auto x = good_camera(
    R"({"id": "yard-{channel}", "template": "hikvision", "host": "cam", "port": 8554, "channel": 3})");
  EXPECT_EQ(x.settings, R"({"id":"yard-3","url":"rtsp://cam:8554/Streaming/Channels/301",)"
                        R"("sub_url":"rtsp://cam:8554/Streaming/Channels/302"})");
  auto y = good_patch(R"({"template": "reolink", "host": "cam"})", x);
  EXPECT_EQ(y.url, "rtsp://cam/Preview_01_main");
}

TEST(camera_document_test, an_answer_sent_back_changes_nothing) {
  auto before = good_camera(gate);
  auto key = etag_key::random();
  auto shown = describe(before, key);
  EXPECT_THAT(shown.json, Not(HasSubstr("p/")));
  EXPECT_THAT(shown.json, HasSubstr(R"("password":"***")"));
  auto after = good_camera(shown.json, main_wall(), &before);
  EXPECT_EQ(after.settings, before.settings);
  EXPECT_EQ(describe(after, key), shown);
  EXPECT_EQ(describe(good_patch(shown.json, before), key), shown);
  EXPECT_EQ(describe(good_patch("{}", before), key), shown);
}

TEST(camera_document_test, a_masked_address_keeps_the_login) {
  auto before = good_camera(gate);
  for (std::string_view login : {"***", "***:***"}) {
    auto body = R"({"id": "gate", "url": "rtsp://)" + std::string{login} + R"(@cam/9"})";
    EXPECT_EQ(good_camera(body, main_wall(), &before).url, "rtsp://u:p%2F@cam/9");
    EXPECT_EQ(good_patch(body, before).url, "rtsp://u:p%2F@cam/9");
  }
  auto x = good_patch(R"({"url": "rtsp://v:***@cam/9"})", before);
  EXPECT_EQ(x.url, "rtsp://v:p%2F@cam/9");
}

TEST(camera_document_test, a_masked_password_of_the_defaults_stays_inherited) {
  auto main = main_wall("defaults: {username: u, password: p}\n");
  auto before = good_camera(R"({"id": "a", "url": "rtsp://cam/"})", main);
  auto after = good_camera(R"({"url": "rtsp://cam/", "password": "***"})", main, &before);
  EXPECT_EQ(after.settings, before.settings);
  EXPECT_EQ(after.url, "rtsp://u:p@cam/");
}

TEST(camera_document_test, a_known_password_is_not_sent_to_another_host) {
  auto before = good_camera(gate);
  EXPECT_EQ(faults_of(camera_from_patch(R"({"url": "rtsp://evil/1"})", main_wall(), before)),
            "/url: " + std::string{new_host});
  EXPECT_EQ(
    faults_of(camera_from_patch(R"({"sub_url": "rtsp://***@evil/1"})", main_wall(), before)),
    "/sub_url: " + std::string{new_host});
  auto body = R"({"url": "rtsp://evil/", "username": "u", "password": "***"})";
  EXPECT_EQ(faults_of(camera_from_json(body, main_wall(), &before)),
            "/url: " + std::string{new_host});
  EXPECT_EQ(good_patch(R"({"url": "rtsp://cam:8554/1"})", before).url, "rtsp://u:p%2F@cam:8554/1");
  EXPECT_EQ(good_patch(R"({"url": "rtsp://u:new@moved/1", "sub_url": null})", before).url,
            "rtsp://u:new@moved/1");
  EXPECT_EQ(
    good_patch(R"({"url": "rtsp://moved/1", "sub_url": null, "username": null, "password": null})",
               before)
      .url,
    "rtsp://moved/1");
}

TEST(camera_document_test, a_patch_changes_what_it_names_and_null_removes) {
  auto before = good_camera(gate);
  auto x = good_patch(
    R"({"label": null, "audio": null, "picture": {"interval": null, "check": false}})", before);
  EXPECT_EQ(x.label, "gate");
  EXPECT_TRUE(x.audio);
  EXPECT_EQ(x.picture.interval, seconds_f{2});
  EXPECT_EQ(x.picture.frozen_after, seconds_f{60});
  EXPECT_FALSE(x.picture.check);
  EXPECT_EQ(x.url, before.url);
  EXPECT_EQ(good_patch(R"({"picture": null})", before).picture.frozen_after, seconds_f{30});
  EXPECT_EQ(faults_of(camera_from_patch(R"({"url": null})", main_wall(), before)),
            "/url: is missing\n");
  EXPECT_EQ(faults_of(camera_from_patch(R"({"picture": {"interval": "1h"}})", main_wall(), before)),
            "/picture/interval: \"1h\" is not a duration from 500ms to 60s (write 10s, 500ms or "
            "plain seconds)\n");
}

TEST(camera_document_test, a_replacement_gives_up_what_it_does_not_name) {
  auto before = good_camera(gate);
  auto x = good_camera(R"({"url": "rtsp://cam/1"})", main_wall(), &before);
  EXPECT_EQ(x.settings, R"({"id":"gate","url":"rtsp://cam/1"})");
  EXPECT_EQ(x.password, "");
}

TEST(camera_document_test, the_id_stays) {
  auto before = good_camera(gate);
  EXPECT_EQ(good_patch(R"({"id": "gate"})", before).id, "gate");
  EXPECT_EQ(faults_of(camera_from_patch(R"({"id": "door"})", main_wall(), before)),
            "/id: cannot be changed; make a new camera and remove this one\n");
  EXPECT_EQ(faults_of(camera_from_patch(R"({"id": null})", main_wall(), before)), "good\n")
    << "as if it were left out";
}

TEST(camera_document_test, etags_tell_every_change_and_nothing_else) {
  auto key = etag_key::random();
  auto before = good_camera(gate);
  auto tag = describe(before, key).etag;
  EXPECT_EQ(tag.size(), 32U);
  EXPECT_EQ(describe(good_camera(gate), key).etag, tag);
  EXPECT_NE(describe(good_patch(R"({"password": "other"})", before), key).etag, tag)
    << "the JSON is the same";
  EXPECT_NE(describe(good_patch(R"({"label": "Door"})", before), key).etag, tag);
  EXPECT_NE(describe(before, etag_key::random()).etag, tag)
    << "nobody can try passwords against it";
}

TEST(camera_document_test, describes_cameras_of_the_main_file) {
  auto x = load_good(
    "cameras:\n  - {id: a, url: 'rtsp://u:hunter2@cam/1', sub_url: 'rtsp://v:hunter3@cam/2'}\n"
    "  - {id: b, url: 'rtsp://cam/1', picture: {interval: 5s, black_luma: 3}}\n"
    "  - {id: c, url: 'rtsp://u:%ff@cam/1'}\n");
  auto key = etag_key::random();
  EXPECT_EQ(describe(x.cameras[0], key).json,
            R"({"id":"a","url":"rtsp://cam/1","sub_url":"rtsp://***@cam/2","username":"u",)"
            R"("password":"***","source":"wall.yaml:2","read_only":true})");
  EXPECT_EQ(describe(x.cameras[1], key).json,
            R"({"id":"b","url":"rtsp://cam/1","picture":{"interval":"5s","black_luma":3},)"
            R"("source":"wall.yaml:3","read_only":true})");
  EXPECT_EQ(describe(x.cameras[2], key).json,
            R"({"id":"c","url":"rtsp://***@cam/1","source":"wall.yaml:4","read_only":true})");
  EXPECT_TRUE(describe(x.cameras[0], key).read_only);
  EXPECT_EQ(describe(x.cameras[1], key).source, "wall.yaml:3");
}

} // namespace
} // namespace camwall::config
