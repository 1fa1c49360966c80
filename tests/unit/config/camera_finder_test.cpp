#include "config/camera_finder.hpp"

#include "tests/unit/config/config_fixture.hpp"

#include <gtest/gtest.h>

namespace camwall::config {
namespace {

class camera_finder_test : public testing::Test {
protected:
  std::string find(std::string_view url) const {
    auto x = sut.find(url);
    return x ? x->camera + "/" + x->stream : "none";
  }

  wall config = load_good(R"(cameras:
  - {id: gate, url: "rtsp://Cam.local/Stream1"}
  - id: yard
    url: rtsp://10.0.0.2:8554/a%20b/
    sub_url: rtsp://10.0.0.2:8554/sub?ch=1
    username: us
    password: 50%41/x
  - {id: door, url: "rtsp://[2001:DB8::1]/"}
  - {id: roof, url: "rtsp://10.0.0.3/x", username: us, password: 100%}
  - {id: user, url: "rtsp://us@10.0.0.4/x"}
  - {id: twin, url: "rtsp://cam.local/Stream1"}
)");
  camera_finder sut{config.cameras};
};

TEST_F(camera_finder_test, finds_main_and_sub_by_their_own_addresses) {
  EXPECT_EQ(find("rtsp://us:50%2541%2fx@10.0.0.2:8554/a%20b/"), "yard/main");
  EXPECT_EQ(find("rtsp://us:50%2541%2fx@10.0.0.2:8554/sub?ch=1"), "yard/sub");
}

TEST_F(camera_finder_test, disregards_case_of_scheme_and_host_and_the_default_port) {
  EXPECT_EQ(find("RTSP://cam.LOCAL:554/Stream1"), "gate/main") << "the first of two twins";
  EXPECT_EQ(find("rtsp://cam.local:/Stream1"), "gate/main");
  EXPECT_EQ(find("rtsp://cam.local/stream1"), "none") << "a path has case";
  EXPECT_EQ(find("rtsp://[2001:db8::1]:554"), "door/main");
}

TEST_F(camera_finder_test, takes_a_slash_at_the_end_of_the_path_as_none) {
  EXPECT_EQ(find("rtsp://cam.local/Stream1/"), "gate/main");
  EXPECT_EQ(find("rtsp://us:50%2541%2fx@10.0.0.2:8554/sub/?ch=1"), "yard/sub");
  EXPECT_EQ(find("rtsp://us:50%2541%2fx@10.0.0.2:8554/sub?ch=1/"), "none");
}

TEST_F(camera_finder_test, takes_an_escape_of_an_ordinary_character_for_the_character) {
  EXPECT_EQ(find("rtsp://cam.local/%53tream1"), "gate/main");
  EXPECT_EQ(find("rtsp://us:50%2541%2fx@10.0.0.2:8554/a b"), "yard/main");
  EXPECT_EQ(find("rtsp://cam.local%2FStream1"), "none");
}

TEST_F(camera_finder_test, takes_a_password_encoded_or_as_it_is) {
  EXPECT_EQ(find("rtsp://us:100%25@10.0.0.3/x"), "roof/main");
  EXPECT_EQ(find("rtsp://us:100%@10.0.0.3/x"), "roof/main");
  EXPECT_EQ(find("rtsp://%75s:%31%300%25@10.0.0.3/x"), "roof/main");
  EXPECT_EQ(find("rtsp://us:50%41%2fx@10.0.0.2:8554/a%20b"), "none") << "50A/x";
  EXPECT_EQ(find("rtsp://us:@10.0.0.4/x"), "user/main") << "an empty password is none";
}

TEST_F(camera_finder_test, finds_nothing_with_another_login_or_none) {
  EXPECT_EQ(find("rtsp://10.0.0.3/x"), "none");
  EXPECT_EQ(find("rtsp://us@10.0.0.3/x"), "none");
  EXPECT_EQ(find("rtsp://us:100%25x@10.0.0.3/x"), "none");
  EXPECT_EQ(find("rtsp://us:100@10.0.0.3/x"), "none");
  EXPECT_EQ(find("rtsp://Us:100%25@10.0.0.3/x"), "none");
  EXPECT_EQ(find("rtsp://us:x@cam.local/Stream1"), "none") << "the camera has no login";
  EXPECT_EQ(find("rtsp://us%00100%25@10.0.0.3/x"), "none");
}

TEST_F(camera_finder_test, finds_nothing_for_what_is_no_address) {
  for (auto text :
       {"", "rtsp:", "rtsp://", "rtsp://@", "rtsp://:@/", "http://cam.local/Stream1", "Stream1",
        "file:///etc/passwd", "rtsp://[2001:db8::1", "rtsp://cam.local:555/Stream1"})
    EXPECT_EQ(find(text), "none") << text;
  EXPECT_EQ(find("rtsp://cam.local/Stream1" + std::string(4096, '/')), "none");
}

} // namespace
} // namespace camwall::config
