#include "cli/doctor_cameras.hpp"
#include "cli/doctor_text.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace camwall::cli {
namespace {

config::camera gate() {
  config::camera x;
  x.id = "gate";
  x.url = "rtsp://admin:secret@192.0.2.1/";
  return x;
}

TEST(doctor_test, calls_a_camera_without_a_picture_bad_and_says_what_to_do) {
  auto x = judge_camera(gate(), {.reason = reason::auth, .detail = "the password is refused"});
  EXPECT_EQ(x.verdict, verdict::bad);
  EXPECT_EQ(x.detail, "gate: auth: the password is refused");
  EXPECT_NE(x.mend.find("lock their users out"), std::string::npos);
  for (auto why : all_reasons)
    EXPECT_FALSE(judge_camera(gate(), {.reason = why}).mend.empty()) << to_string(why);
}

TEST(doctor_test, warns_of_what_a_wall_suffers_from_and_of_nothing_else) {
  probe_report good{.video = "h264", .width = 640, .height = 360, .fps = 15};
  good.advices = {{"sound", "fine"}, {"b_frames", "a little late"}};
  auto x = judge_camera(gate(), good);
  EXPECT_EQ(x.verdict, verdict::ok);
  EXPECT_EQ(x.mend, "");
  EXPECT_EQ(x.detail, "gate: h264 640x360, 15 pictures/s, first after 0.0 s");
  good.advices.push_back({"long_gop", "Set it to 2 s."});
  x = judge_camera(gate(), good);
  EXPECT_EQ(x.verdict, verdict::warn);
  EXPECT_EQ(x.mend, "Set it to 2 s.");
}

TEST(doctor_test, counts_descriptors_of_viewers_and_of_both_streams) {
  config::wall x;
  x.limits.connections_max = 100;
  x.cameras = {gate(), gate()};
  x.cameras[0].sub_url = "rtsp://192.0.2.1/2";
  EXPECT_EQ(look_at_descriptors(x, {.hard = 368, .whose = "of a test"}).verdict, verdict::ok);
  auto few = look_at_descriptors(x, {.hard = 367, .whose = "of a test", .of_unit = true});
  EXPECT_EQ(few.verdict, verdict::warn);
  EXPECT_EQ(few.detail, "367 may be open (of a test), 368 are enough");
  EXPECT_NE(few.mend.find("LimitNOFILE=368"), std::string::npos);
  few = look_at_descriptors(x, {.hard = 367, .whose = "of a test"});
  EXPECT_EQ(few.mend.find("systemctl"), std::string::npos);
  EXPECT_EQ(look_at_descriptors(x, {.whose = "of a test"}).verdict, verdict::ok);
}

TEST(doctor_test, looks_at_the_nearest_folder_that_is_there_and_makes_none) {
  test::temporary_folder folder;
  config::wall x;
  x.state_dir = folder.path() / "a" / "b";
  auto found = look_at_state(x);
  EXPECT_NE(found.verdict, verdict::bad) << found.detail;
  EXPECT_NE(found.detail.find("MiB free"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "a"));
}

TEST(doctor_test, finds_less_room_than_cameras_need) {
  test::temporary_folder folder;
  config::wall x;
  x.hls.directory = folder.path();
  x.limits.disk_free_min_mb = 4'000'000'000U; // Petabytes.
  auto found = look_at_output(x);
  EXPECT_EQ(found.verdict, verdict::bad);
  EXPECT_NE(found.mend.find("make room"), std::string::npos);
}

TEST(doctor_test, says_the_same_as_text_and_as_json) {
  std::vector<finding> x{{"clock", verdict::ok, "synchronised", ""},
                         {"hls", verdict::warn, "on a disk", "put it into memory"}};
  EXPECT_EQ(findings_as_text(x),
            "ok    clock          synchronised\n"
            "warn  hls            on a disk\n"
            "                     → put it into memory\n"
            "1 ok, 1 to look at, 0 to mend\n");
  auto json = nlohmann::json::parse(findings_as_json(x));
  EXPECT_EQ(json["verdict"], "warn");
  EXPECT_EQ(json["findings"][1]["mend"], "put it into memory");
  EXPECT_TRUE(json["findings"][0]["mend"].is_null());
  EXPECT_EQ(worst_of({}), verdict::ok);
}

} // namespace
} // namespace camwall::cli
