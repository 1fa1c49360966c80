#include "media/server/probe_address.hpp"

#include <gtest/gtest.h>

namespace camwall::media {
namespace {

TEST(probe_address_test, names_the_peer_and_hides_the_login) {
  auto x = check_probe_address("rtsp://admin:p%40ss@Gate.Example:8554/live?x=1");
  ASSERT_TRUE(x) << x.error();
  EXPECT_EQ(x->peer, "gate.example:8554");
  EXPECT_EQ(x->shown, "rtsp://***@Gate.Example:8554/live?x=1");
  EXPECT_EQ(check_probe_address("RTSP://10.0.0.7/")->peer, "10.0.0.7:554");
  EXPECT_EQ(check_probe_address("rtsp://[2001:DB8::7]:9554")->peer, "2001:db8::7:9554");
}

TEST(probe_address_test, takes_nothing_but_rtsp_addresses) {
  const std::string bad[] = {"",
                             "gate",
                             "http://gate/",
                             "file:///etc/passwd",
                             "rtsps://gate/",
                             "rtspu://gate/",
                             "rtsp:/gate",
                             "rtsp://",
                             "rtsp:///live",
                             "rtsp://user:secret@/live",
                             "rtsp://ga te/",
                             "rtsp://gate/\r\nX: 1",
                             "rtsp://gate/#x",
                             std::string{"rtsp://gate/\0x", 14},
                             "rtsp://g\xc3\xa4te/",
                             "rtsp://a:secret@b@gate/",
                             "rtsp://gate:0/",
                             "rtsp://gate:65536/",
                             "rtsp://gate:/",
                             "rtsp://gate:55x/",
                             "rtsp://[2001:db8::7/",
                             "rtsp://[::1]x/",
                             "rtsp://gate/" + std::string(probe_url_bytes_max, 'x')};
  for (const auto& x : bad) {
    auto checked = check_probe_address(x);
    EXPECT_FALSE(checked) << x;
    EXPECT_EQ((checked ? "" : checked.error()).find("secret"), std::string::npos) << x;
  }
}

} // namespace
} // namespace camwall::media
