#include "core/ip_range.hpp"

#include <gtest/gtest.h>

namespace camwall {
namespace {

bool holds(std::string_view range, std::string_view address) {
  auto x = parse_ip_range(range);
  auto y = parse_ip_address(address);
  EXPECT_TRUE(x && y) << range << ' ' << address;
  return x && y && x->contains(*y);
}

TEST(ip_range_test, holds_the_addresses_with_its_prefix_and_no_other) {
  EXPECT_TRUE(holds("10.0.0.0/8", "10.255.0.1"));
  EXPECT_FALSE(holds("10.0.0.0/8", "11.0.0.0"));
  EXPECT_TRUE(holds("192.168.4.0/22", "192.168.7.255"));
  EXPECT_FALSE(holds("192.168.4.0/22", "192.168.8.0"));
  EXPECT_TRUE(holds("192.0.2.7", "192.0.2.7"));
  EXPECT_FALSE(holds("192.0.2.7", "192.0.2.6"));
  EXPECT_TRUE(holds("2001:db8::/33", "2001:db8:7fff::1"));
  EXPECT_FALSE(holds("2001:db8::/33", "2001:db8:8000::1"));
  EXPECT_TRUE(holds("0.0.0.0/0", "203.0.113.9"));
  EXPECT_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
}

TEST(ip_range_test, takes_an_ipv4_address_that_is_mapped_into_ipv6_for_itself) {
  EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.1.1.1"));
  EXPECT_EQ(parse_ip_address("::ffff:10.1.1.1"), parse_ip_address("10.1.1.1"));
}

TEST(ip_range_test, knows_when_it_means_everybody) {
  EXPECT_TRUE(parse_ip_range("0.0.0.0/0")->is_everybody());
  EXPECT_TRUE(parse_ip_range("::/0")->is_everybody());
  EXPECT_FALSE(parse_ip_range("0.0.0.0/1")->is_everybody());
  EXPECT_FALSE(parse_ip_range("::/1")->is_everybody());
}

TEST(ip_range_test, refuses_what_is_no_range) {
  for (auto text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "10.0/8", "10.1.2.3/8",
        "2001:db8::/129", "2001:db8::1/32", "wall.local", "[::1]", "::1%lo"})
    EXPECT_FALSE(parse_ip_range(text)) << text;
}

} // namespace
} // namespace camwall
