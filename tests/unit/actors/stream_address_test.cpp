#include "actors/stream_address.hpp"

#include <gtest/gtest.h>

namespace camwall {
namespace {

TEST(stream_address_test, names_the_port_that_is_meant) {
  EXPECT_EQ(host_and_port("rtsp://us:a@gate/x"), "gate:554");
  EXPECT_EQ(host_and_port("rtsp://gate:8554"), "gate:8554");
  EXPECT_EQ(host_and_port("rtsp://us@[2001:db8::1]/x"), "[2001:db8::1]:554");
  EXPECT_EQ(host_and_port("rtsp://[2001:db8::1]:8554/x"), "[2001:db8::1]:8554");
}

TEST(stream_address_test, tells_logins_apart_by_user_password_host_and_port) {
  EXPECT_EQ(login_of("rtsp://us:a%40b@nvr/ch1"), login_of("rtsp://us:a%40b@nvr:554/ch2/x@y"));
  EXPECT_NE(login_of("rtsp://us:a@nvr/ch1"), login_of("rtsp://us:b@nvr/ch1"));
  EXPECT_NE(login_of("rtsp://us:a@nvr/ch1"), login_of("rtsp://us:a@nvr:555/ch1"));
  EXPECT_EQ(login_of("rtsp://nvr/ch1"), "");
}

} // namespace
} // namespace camwall
