#include "http/host_check.hpp"

#include <gtest/gtest.h>

namespace camwall::http {
namespace {

TEST(host_check_test, takes_the_port_off) {
  EXPECT_EQ(host_name("wall"), "wall");
  EXPECT_EQ(host_name("wall:8080"), "wall");
  EXPECT_EQ(host_name("wall."), "wall");
  EXPECT_EQ(host_name("[::1]:8080"), "::1");
  EXPECT_EQ(host_name("[::1]"), "::1");
  for (auto x : {"", "[::1", "wall:x", "wall:80:80", "[::1]x", "user@wall:x", "[wall]",
                 "[127.0.0.1]", "[::1.]", "[a[::1]"})
    EXPECT_EQ(host_name(x), "") << x;
  EXPECT_EQ(host_name(std::string_view{"[::1\0x]:80", 10}), "");
}

TEST(host_check_test, admits_loopback_the_listen_address_and_configured_names) {
  host_check sut{"192.168.1.5", {"wall.lan", "Nvr:8443", "[fd00::1]:80", "fd00::2"}};
  for (auto x : {"localhost", "LOCALHOST:8080", "wall.localhost", "127.0.0.1", "127.1.2.3:1",
                 "[::1]:8080", "192.168.1.5:8080", "wall.lan", "WALL.LAN:99", "wall.lan.", "nvr",
                 "[fd00::1]", "[fd00::2]:8080"})
    EXPECT_TRUE(sut.allows(x)) << x;
}

TEST(host_check_test, refuses_names_that_were_made_to_resolve_here) {
  host_check sut{"127.0.0.1", {"wall.lan"}};
  for (auto x :
       {"", "evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil.example",
        "xlocalhost", ".localhost", "wall.lan.evil.example", "wall.lan@evil.example", "192.168.1.5",
        "0x7f.1", "2130706433", "127.1", "wall.lan:80x"})
    EXPECT_FALSE(sut.allows(x)) << x;
}

TEST(host_check_test, goes_by_the_names_of_the_moment) {
  name_list names{"wall.lan"};
  host_check sut{"127.0.0.1", names};
  names.exchange({"nvr.lan"});
  EXPECT_TRUE(sut.allows("nvr.lan"));
  EXPECT_FALSE(sut.allows("wall.lan"));
}

TEST(host_check_test, admits_every_address_but_no_name_on_a_wildcard) {
  for (auto wildcard : {"0.0.0.0", "::"}) {
    host_check sut{wildcard, {}};
    EXPECT_TRUE(sut.allows("192.168.1.5:8080"));
    EXPECT_TRUE(sut.allows("[fe80::1]"));
    EXPECT_FALSE(sut.allows("evil.example"));
  }
}

} // namespace
} // namespace camwall::http
