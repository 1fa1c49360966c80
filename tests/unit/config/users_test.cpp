#include "tests/unit/config/config_fixture.hpp"

namespace camwall::config {
namespace {

const std::string hash =
  "$argon2id$v=19$m=8,t=1,p=1$HhY0RmktoyrVkJxJ2tcdXw$hgxRtWVcwgHRtkWGajEemdr/ZZ4HI6FWAgcFXDI8XSo";
const std::string token_hash(64, 'a');
const std::string cameras = "cameras:\n  - {id: gate, url: 'rtsp://a/'}\n";

std::string user(const std::string& more) {
  return "users:\n  - {name: guard, " + more + "}\n";
}

TEST(users_test, reads_users_with_their_cameras_and_tokens) {
  auto x = load_good(cameras + "users:\n  - {name: boss, password_hash: \"" + hash +
                     "\", role: admin}\n  - name: guard\n    role: viewer\n    cameras: [gate]\n"
                     "    groups: [yard]\n    tokens: [{name: kiosk, hash: \"sha256:" +
                     token_hash + "\", expires: 2030-01-31}]\n");
  ASSERT_EQ(x.users.size(), 2U);
  EXPECT_EQ(x.server.access, access_mode::users);
  EXPECT_EQ(x.users[0].role, user_role::admin);
  EXPECT_EQ(x.users[0].password_hash, hash);
  EXPECT_TRUE(x.users[0].sees_all);
  EXPECT_FALSE(x.users[1].sees_all);
  EXPECT_EQ(x.users[1].cameras, std::vector<std::string>{"gate"});
  EXPECT_EQ(x.users[1].groups, std::vector<std::string>{"yard"});
  ASSERT_EQ(x.users[1].tokens.size(), 1U);
  EXPECT_EQ(x.users[1].tokens[0].hash, token_hash);
  EXPECT_EQ(*x.users[1].tokens[0].expires, std::chrono::sys_days{std::chrono::year{2030} / 1 / 31});
}

TEST(users_test, asks_nobody_to_log_in_without_users) {
  EXPECT_EQ(load_good(cameras).server.access, access_mode::loopback);
}

class bad_users_test : public testing::TestWithParam<bad_case> {};

TEST_P(bad_users_test, is_refused_with_its_place) {
  EXPECT_EQ(errors_of(GetParam().text), GetParam().errors);
}

const std::vector<bad_case> all{
  {"no_name", "users: [{role: admin, password_hash: \"" + hash + "\"}]\n",
   "wall.yaml:1:9: users[0].name: is missing\n"},
  {"bad_name", "users: [{name: a b, role: admin, password_hash: \"" + hash + "\"}]\n",
   "wall.yaml:1:16: users[0].name: \"a b\" is not a name of letters, digits, and . _ - @\n"},
  {"plain_password", user("role: viewer, password_hash: secret-word"),
   "wall.yaml:2:48: users[0].password_hash: is not a password's hash as camwall hash-password "
   "prints it ($argon2id$v=19$m=…)\n"},
  {"no_role", user("password_hash: \"" + hash + "\""),
   "wall.yaml:2:5: users[0].role: is missing: viewer, operator or admin\n"},
  {"nobody_could_log_in", user("role: viewer"),
   "wall.yaml:2:5: users[0].password_hash: is missing, and there are no tokens: nobody could log "
   "in\n"},
  {"bad_token", user("role: viewer, tokens: [{name: x, hash: \"md5:1\"}]"),
   "wall.yaml:2:58: users[0].tokens[0].hash: is not a token's hash as camwall make-token prints it "
   "(sha256:…)\n"},
  {"bad_day",
   user("role: viewer, tokens: [{name: x, hash: \"sha256:" + token_hash +
        "\", expires: 2030-02-30}]"),
   "wall.yaml:2:142: users[0].tokens[0].expires: \"2030-02-30\" is not a day such as 2027-01-31, "
   "of the years 1970 to 2199\n"},
  {"far_day",
   user("role: viewer, tokens: [{name: x, hash: \"sha256:" + token_hash +
        "\", expires: 4060-01-01}]"),
   "wall.yaml:2:142: users[0].tokens[0].expires: \"4060-01-01\" is not a day such as 2027-01-31, "
   "of the years 1970 to 2199\n"},
  {"admin_with_cameras", user("role: admin, password_hash: \"" + hash + "\", cameras: [gate]"),
   "wall.yaml:2:153: users[0].cameras: does not hold for an admin, who may change the "
   "configuration\n"},
  {"users_without_users", "server: {access: users}\n",
   "wall.yaml:1:18: server.access: is users, but there are none: nobody could log in\n"},
  {"loopback_with_users",
   "server: {access: loopback}\n" + user("role: admin, password_hash: \"" + hash + "\""),
   "wall.yaml:1:18: server.access: is loopback, but there are users: write users, so that they "
   "have to log in, or take them out\n"},
  {"plain_http_off_loopback",
   "server: {listen: \":8080\"}\n" + user("role: admin, password_hash: \"" + hash + "\""),
   "wall.yaml:1:18: server.listen: \":8080\" is not a loopback address: passwords would cross the "
   "network unencrypted; name a proxy that speaks TLS in server.trusted_proxies, or write "
   "server.plain_http: accepted\n"},
  {"proxy_everybody", "server: {trusted_proxies: [0.0.0.0/0]}\n",
   "wall.yaml:1:28: server.trusted_proxies[0]: \"0.0.0.0/0\" is everybody: anybody could then "
   "claim any address\n"},
  {"origin_with_path", "server: {cors_origins: [\"https://a.example/\"]}\n",
   "wall.yaml:1:25: server.cors_origins[0]: \"https://a.example/\" is not an origin such as "
   "https://wall.example or http://192.0.2.7:3000 (no path)\n"},
};

INSTANTIATE_TEST_SUITE_P(users, bad_users_test, testing::ValuesIn(all), case_name);

} // namespace
} // namespace camwall::config
