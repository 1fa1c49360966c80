#include "http/connection_limits.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <cstring>

namespace camwall::http {
namespace {

peer_address peer(const char* text) {
  sockaddr_storage x{};
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
    std::memcpy(&x, &v4, sizeof v4);
  else if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
    std::memcpy(&x, &v6, sizeof v6);
  return peer_of(x);
}

TEST(connection_limits_test, knows_loopback_in_every_dress) {
  for (auto x : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"})
    EXPECT_TRUE(peer(x).loopback) << x;
  for (auto x : {"192.168.1.1", "10.127.0.1", "::2", "::ffff:10.0.0.1", "fe80::1"})
    EXPECT_FALSE(peer(x).loopback) << x;
}

TEST(connection_limits_test, takes_one_subnet_of_ipv6_for_one_peer) {
  EXPECT_EQ(peer("2001:db8::1").key, peer("2001:db8::2").key);
  EXPECT_NE(peer("2001:db8::1").key, peer("2001:db8:0:1::1").key);
  EXPECT_NE(peer("10.0.0.1").key, peer("10.0.0.2").key);
  EXPECT_EQ(peer("10.0.0.1").key, peer("::ffff:10.0.0.1").key);
}

TEST(connection_limits_test, knows_the_whole_address_too) {
  EXPECT_EQ(peer("2001:db8::1").address, *parse_ip_address("2001:db8::1"));
  EXPECT_EQ(peer("10.0.0.1").address, *parse_ip_address("10.0.0.1"));
  EXPECT_EQ(peer("::ffff:10.0.0.1").address, *parse_ip_address("10.0.0.1"));
}

TEST(connection_limits_test, counts_per_address_and_in_all) {
  connection_limits sut{3, 2};
  auto a = peer("10.0.0.1");
  auto b = peer("10.0.0.2");
  EXPECT_TRUE(sut.enter(a));
  EXPECT_TRUE(sut.enter(a));
  EXPECT_FALSE(sut.enter(a));
  EXPECT_TRUE(sut.enter(b));
  EXPECT_FALSE(sut.enter(b));
  sut.leave(a);
  EXPECT_TRUE(sut.enter(b));
  EXPECT_FALSE(sut.enter(a));
}

} // namespace
} // namespace camwall::http
