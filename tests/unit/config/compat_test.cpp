#include "tests/unit/config/config_fixture.hpp"

#include <gmock/gmock.h>

namespace camwall::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const std::string cameras = "cameras: [{id: a, url: 'rtsp://a/'}, {id: b, url: 'rtsp://b/'}]\n";

TEST(compat_test, reads_listeners_and_fills_in_what_is_absent) {
  auto x = load_good(cameras + R"(compat:
  - {profile: jsmpeg, listen: "127.0.0.1:8001"}
  - {profile: grid, listen: "192.168.1.5:8002", role: admin, allow: [10.0.0.0/8, 192.0.2.7], grid: [b, a]}
)");
  ASSERT_EQ(x.compat.size(), 2U);
  EXPECT_EQ(x.compat[0].profile, compat_profile::jsmpeg);
  EXPECT_EQ(x.compat[0].address, "127.0.0.1");
  EXPECT_EQ(x.compat[0].port, 8001);
  EXPECT_EQ(x.compat[0].role, compat_role::viewer);
  EXPECT_THAT(x.compat[0].allow, IsEmpty());
  EXPECT_EQ(x.compat[1].profile, compat_profile::grid);
  EXPECT_EQ(x.compat[1].role, compat_role::administrator);
  EXPECT_THAT(x.compat[1].allow,
              ElementsAre(*parse_ip_range("10.0.0.0/8"), *parse_ip_range("192.0.2.7")));
  EXPECT_THAT(x.compat[1].grid, ElementsAre("b", "a"));
}

TEST(compat_test, lets_everybody_in_only_where_access_is_open) {
  auto x = load_good(
    "server: {access: open}\ncompat:\n  - {profile: opencv, listen: \":8000\"}\n"
    "  - {profile: opencv, listen: \":8001\", allow: [0.0.0.0/0]}\n");
  EXPECT_EQ(x.compat.size(), 2U);
}

TEST(compat_test, takes_port_0_twice) {
  load_good(
    "server: {listen: \"127.0.0.1:0\"}\ncompat:\n  - {profile: opencv, listen: \"127.0.0.1:0\"}\n"
    "  - {profile: opencv, listen: \"127.0.0.1:0\"}\n");
}

TEST(compat_test, reads_where_addresses_of_clients_may_lead) {
  EXPECT_EQ(load_good("cameras: []\n").adhoc, adhoc{}) << "off";
  auto x = load_good(
    "adhoc: {enabled: true, allow: ['rtsp://10.0.0.0/8', 'rtsp://[::1]:8554'],"
    " cameras_max: 3, role: operator}\n");
  EXPECT_TRUE(x.adhoc.enabled);
  EXPECT_THAT(x.adhoc.allow, ElementsAre("rtsp://10.0.0.0/8", "rtsp://[::1]:8554"));
  EXPECT_EQ(x.adhoc.cameras_max, 3U);
  EXPECT_EQ(x.adhoc.role, compat_role::operator_);
}

class bad_compat_test : public testing::TestWithParam<bad_case> {};

TEST_P(bad_compat_test, is_refused_with_its_place) {
  EXPECT_EQ(errors_of(GetParam().text), GetParam().errors);
}

const std::string range_hint =
  " is not an address or range such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32 (no bits beyond the "
  "prefix)\n";

const std::vector<bad_case> cases{
  {"no_list", "compat: {profile: grid}\n",
   "wall.yaml:1:9: compat: expected a list, found a mapping\n"},
  {"adhoc_of_nobody", "adhoc: {enabled: true}\n",
   "wall.yaml:1:18: adhoc.enabled: is true, but adhoc.allow names no address, such as "
   "rtsp://10.0.0.0/8:554\n"},
  {"adhoc_everybody", "adhoc: {enabled: true, allow: ['rtsp://0.0.0.0/0']}\n",
   "wall.yaml:1:32: adhoc.allow[0]: \"rtsp://0.0.0.0/0\" is everybody; name the network that the "
   "cameras are in\n"},
  {"adhoc_max", "adhoc: {cameras_max: 65}\n",
   "wall.yaml:1:22: adhoc.cameras_max: \"65\" is not a whole number from 1 to 64\n"},
  {"empty_entry", "compat:\n  -\n", "wall.yaml:3:1: compat[0]: has no value\n"},
  {"nothing_said", "compat: [{}]\n",
   "wall.yaml:1:10: compat[0].profile: is missing\nwall.yaml:1:10: compat[0].listen: is missing\n"},
  {"unknown_key", "compat: [{profile: grid, listen: ':1', rolle: viewer, allow: [10.0.0.0/8]}]\n",
   "wall.yaml:1:40: compat[0]: unknown key \"rolle\"; did you mean \"role\"?\n"},
  {"profile", "compat: [{profile: django, listen: '127.0.0.1:1'}]\n",
   "wall.yaml:1:20: compat[0].profile: \"django\" is not one of django_jpeg, jsmpeg, fastapi_jpeg, "
   "grid, opencv\n"},
  {"role", "compat: [{profile: grid, listen: '127.0.0.1:1', role: boss}]\n",
   "wall.yaml:1:55: compat[0].role: \"boss\" is not one of viewer, operator, admin\n"},
  {"listen", "compat: [{profile: grid, listen: 'wall:1'}]\n",
   "wall.yaml:1:34: compat[0].listen: \"wall:1\" is not an address and port such as "
   "127.0.0.1:8000, [::1]:8000 or "
   ":8000 (all addresses)\n"},
  {"off_loopback", "compat: [{profile: grid, listen: ':8000'}]\n",
   "wall.yaml:1:34: compat[0].listen: \":8000\" is not a loopback address: say in allow who may "
   "connect, or write "
   "server.access: open if everybody may\n"},
  {"same_as_server", "compat: [{profile: grid, listen: '127.0.0.1:8080'}]\n",
   "wall.yaml:1:34: compat[0].listen: \"127.0.0.1:8080\" is already taken by server.listen\n"},
  {"same_twice",
   "compat:\n  - {profile: grid, listen: '127.0.0.1:1'}\n  - {profile: grid, listen: ':1', allow: "
   "[10.0.0.1]}\n",
   "wall.yaml:3:29: compat[1].listen: \":1\" is already taken by compat[0].listen\n"},
  {"range",
   "compat: [{profile: grid, listen: '127.0.0.1:1', allow: [10.0.0.0/40, 10.1.2.3/8, lan]}]\n",
   "wall.yaml:1:57: compat[0].allow[0]: \"10.0.0.0/40\"" + range_hint +
     "wall.yaml:1:70: compat[0].allow[1]: \"10.1.2.3/8\"" + range_hint +
     "wall.yaml:1:82: compat[0].allow[2]: \"lan\"" + range_hint},
  {"everybody", "compat: [{profile: grid, listen: ':1', allow: [0.0.0.0/0]}]\n",
   "wall.yaml:1:48: compat[0].allow[0]: \"0.0.0.0/0\" is everybody; if that is meant, write "
   "server.access: open\n"},
  {"grid_of_another_profile", "compat: [{profile: opencv, listen: '127.0.0.1:1', grid: []}]\n",
   "wall.yaml:1:57: compat[0].grid: is only for profile grid\n"},
  {"camera", "compat: [{profile: grid, listen: '127.0.0.1:1', grid: [gate]}]\n",
   "wall.yaml:1:56: compat[0].grid[0]: \"gate\" is not the id of a camera\n"},
};

INSTANTIATE_TEST_SUITE_P(all, bad_compat_test, testing::ValuesIn(cases), case_name);

TEST(compat_test, takes_eight_listeners_and_no_ninth) {
  std::string text = "compat:\n";
  for (int i = 1; i <= 9; ++i)
    text += "  - {profile: grid, listen: '127.0.0.1:" + std::to_string(i) + "'}\n";
  EXPECT_EQ(errors_of(text), "wall.yaml:10:5: compat[8]: more than 8 entries\n");
}

} // namespace
} // namespace camwall::config
