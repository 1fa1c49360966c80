#include "media/worker/connect_guard.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

namespace camwall::media {
namespace {

std::optional<peer_address> peer(const char* address, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (::inet_pton(AF_INET, address, &v4.sin_addr) == 1)
    return to_peer(reinterpret_cast<const sockaddr*>(&v4), sizeof v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  ::inet_pton(AF_INET6, address, &v6.sin6_addr);
  return to_peer(reinterpret_cast<const sockaddr*>(&v6), sizeof v6);
}

TEST(connect_guard_test, lets_a_configured_camera_be_reached_wherever_it_is) {
  connect_guard x;
  x.note_redirect("rtsp://elsewhere/");
  EXPECT_TRUE(x.admits(peer("192.0.2.1", 554)));
  EXPECT_TRUE(x.refused_redirect().empty());
}

TEST(connect_guard_test, follows_nobody_elsewhere_when_that_is_forbidden) {
  connect_guard x;
  x.forbid_redirects();
  EXPECT_TRUE(x.admits(peer("192.0.2.1", 554)));
  x.note_redirect("rtsp://user:secret@elsewhere/\x1b[m");
  EXPECT_FALSE(x.admits(peer("192.0.2.1", 554)));
  EXPECT_EQ(x.refused_redirect(), "rtsp://***@elsewhere/?[m");
}

TEST(connect_guard_test, admits_exactly_the_addresses_that_were_checked) {
  connect_guard x;
  x.allow_only({*peer("192.0.2.1", 554), *peer("2001:db8::1", 8554)});
  EXPECT_TRUE(x.admits(peer("192.0.2.1", 554)));
  EXPECT_TRUE(x.admits(peer("::ffff:192.0.2.1", 554))) << "the same, written otherwise";
  EXPECT_TRUE(x.admits(peer("2001:db8::1", 8554)));
  EXPECT_FALSE(x.refused_peer());
  EXPECT_FALSE(x.admits(peer("192.0.2.1", 80)));
  EXPECT_FALSE(x.admits(peer("192.0.2.2", 554)));
  EXPECT_FALSE(x.admits(std::nullopt));
  EXPECT_TRUE(x.refused_peer());
}

TEST(connect_guard_test, admits_nobody_when_nobody_was_found_good) {
  connect_guard x;
  x.allow_only({});
  EXPECT_FALSE(x.admits(peer("192.0.2.1", 554)));
}

TEST(connect_guard_test, takes_no_address_that_is_cut_short) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  EXPECT_FALSE(to_peer(reinterpret_cast<const sockaddr*>(&v4), sizeof(sa_family_t)));
  EXPECT_FALSE(to_peer(reinterpret_cast<const sockaddr*>(&v4), 0));
  EXPECT_FALSE(to_peer(nullptr, sizeof v4));
}

} // namespace
} // namespace camwall::media
