#include "config/url.hpp"

#include <gtest/gtest.h>

namespace camwall::config {
namespace {

TEST(url_test, takes_an_address_apart) {
  auto x = parse_camera_url("RTSP://ad%40min:p%3Aw:2@Cam.Local:8554/live/1?channel=1&subtype=0");
  ASSERT_TRUE(x);
  EXPECT_TRUE(x->has_user);
  EXPECT_EQ(x->user, "ad@min");
  EXPECT_EQ(x->password, "p:w:2");
  EXPECT_EQ(x->host, "cam.local");
  EXPECT_EQ(x->port, 8554);
  EXPECT_EQ(x->rest, "Cam.Local:8554/live/1?channel=1&subtype=0");
}

TEST(url_test, knows_the_port_of_rtsp) {
  EXPECT_EQ(parse_camera_url("rtsp://cam")->port, 554);
}

TEST(url_test, takes_an_at_sign_behind_the_host_as_part_of_the_path) {
  auto x = parse_camera_url("rtsp://cam/stream@1");
  ASSERT_TRUE(x);
  EXPECT_FALSE(x->has_user);
  EXPECT_EQ(x->rest, "cam/stream@1");
}

TEST(url_test, takes_ipv6_addresses_in_brackets) {
  auto x = parse_camera_url("rtsp://u@[FE80::1]:554/");
  ASSERT_TRUE(x);
  EXPECT_EQ(x->host, "fe80::1");
  EXPECT_EQ(x->rest, "[FE80::1]:554/");
}

TEST(url_test, takes_what_cameras_really_write) {
  for (std::string_view url : {
         "rtsp://192.168.1.10/Streaming/Channels/101",
         "rtsp://192.168.1.10:554/cam/realmonitor?channel=1&subtype=1",
         "rtsp://cam_1/axis-media/media.amp?videocodec=h264&resolution=640x480",
         "rtsp://host/user=admin_password=x_channel=1_stream=0.sdp?real_stream",
         "rtsp://cam.lan./h264Preview_01_sub",
         "rtsp://cam?stream=1",
       })
    EXPECT_TRUE(parse_camera_url(url)) << url;
}

TEST(url_test, builds_addresses_that_it_reads_back) {
  auto x = parse_camera_url("rtsp://cam:554/1");
  ASSERT_TRUE(x);
  EXPECT_EQ(build_camera_url(*x, "", "ignored"), "rtsp://cam:554/1");
  EXPECT_EQ(build_camera_url(*x, "admin", ""), "rtsp://admin@cam:554/1");
  auto built = build_camera_url(*x, "a:b@c/", "p%w \xc3\xa4?#");
  auto back = parse_camera_url(built);
  ASSERT_TRUE(back) << built;
  EXPECT_EQ(back->user, "a:b@c/");
  EXPECT_EQ(back->password, "p%w \xc3\xa4?#");
  EXPECT_EQ(back->rest, x->rest);
}

TEST(url_test, knows_loopback_addresses) {
  for (std::string_view address : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(is_loopback(address)) << address;
  for (std::string_view address :
       {"0.0.0.0", "::", "128.0.0.1", "::ffff:10.0.0.1", "localhost", ""})
    EXPECT_FALSE(is_loopback(address)) << address;
}

} // namespace
} // namespace camwall::config
