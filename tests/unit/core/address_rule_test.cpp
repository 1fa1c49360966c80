#include "core/address_rule.hpp"

#include <gtest/gtest.h>

namespace camwall {
namespace {

address_rule rule_of(std::initializer_list<const char*> entries) {
  std::vector<permitted_peers> out;
  for (const auto* x : entries)
    out.push_back(parse_permitted_peers(x).value());
  return address_rule{out};
}

bool permits(const address_rule& rule, const char* ip, std::uint16_t port = 554) {
  return rule.permits(parse_ip_address(ip).value(), port);
}

TEST(address_rule_test, permits_what_is_listed_at_the_port_that_is_listed) {
  auto rule = rule_of({"rtsp://10.0.0.0/8", "rtsp://192.0.2.7:8554", "rtsp://[2001:db8::/32]:*"});
  EXPECT_TRUE(permits(rule, "10.1.2.3"));
  EXPECT_TRUE(permits(rule, "::ffff:10.1.2.3")) << "the same, written otherwise";
  EXPECT_FALSE(permits(rule, "10.1.2.3", 8554));
  EXPECT_FALSE(permits(rule, "10.1.2.3", 80));
  EXPECT_TRUE(permits(rule, "192.0.2.7", 8554));
  EXPECT_FALSE(permits(rule, "192.0.2.8", 8554));
  EXPECT_TRUE(permits(rule, "2001:db8::1", 1234));
  EXPECT_FALSE(permits(rule, "2001:db9::1"));
  EXPECT_FALSE(permits(address_rule{}, "10.1.2.3"));
}

TEST(address_rule_test, does_not_take_a_delicate_address_for_listed_because_a_wide_range_holds_it) {
  auto wide = rule_of(
    {"rtsp://0.0.0.0/1:*", "rtsp://128.0.0.0/1:*", "rtsp://[8000::/1]:*", "rtsp://[::/1]:*"});
  for (const auto* x :
       {"127.0.0.1", "127.9.9.9", "0.0.0.0", "169.254.169.254", "100.100.100.200", "192.0.0.192",
        "224.0.0.1", "255.255.255.255", "::1", "::", "::127.0.0.1", "64:ff9b::7f00:1",
        "2002:7f00:1::", "fe80::1", "ff02::1", "fd00:ec2::254", "::ffff:127.0.0.1"})
    EXPECT_FALSE(permits(wide, x)) << x;
  for (const auto* x : {"10.0.0.1", "172.16.0.1", "192.168.1.1", "203.0.113.5", "2001:db8::1"})
    EXPECT_TRUE(permits(wide, x)) << x;
}

TEST(address_rule_test, permits_a_delicate_address_that_is_listed_itself) {
  auto rule = rule_of({"rtsp://127.0.0.1:8554", "rtsp://169.254.0.0/16"});
  EXPECT_TRUE(permits(rule, "127.0.0.1", 8554));
  EXPECT_FALSE(permits(rule, "127.0.0.2", 8554));
  EXPECT_FALSE(permits(rule, "127.0.0.1"));
  EXPECT_TRUE(permits(rule, "169.254.1.1"));
  EXPECT_FALSE(permits(rule, "::1", 8554));
}

TEST(address_rule_test, reads_entries) {
  EXPECT_EQ(parse_permitted_peers("rtsp://10.0.0.0/8")->port, 554);
  EXPECT_EQ(parse_permitted_peers("rtsp://[::1]:9554")->port, 9554);
  EXPECT_TRUE(parse_permitted_peers("rtsp://10.0.0.7:*")->any_port);
  for (const auto* x :
       {"", "10.0.0.0/8", "http://10.0.0.0/8", "rtsp://", "rtsp://gate.example",
        "rtsp://10.1.2.3/8", "rtsp://10.0.0.0/8:", "rtsp://10.0.0.0/8:0", "rtsp://10.0.0.0/8:65536",
        "rtsp://10.0.0.0/8:x", "rtsp://10.0.0.0/8/live", "rtsp://10.0.0.0/33", "rtsp://[10.0.0.1]",
        "rtsp://[::1", "rtsp://[::1]x", "rtsp://::1", "rtsp://0.0.0.0/0", "rtsp://[::/0]:*",
        "rtsp://user@10.0.0.1"})
    EXPECT_FALSE(parse_permitted_peers(x)) << x;
}

} // namespace
} // namespace camwall
