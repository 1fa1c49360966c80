#include "http/access/access_control.hpp"

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/http/access_fixture.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;
using verdict = login_outcome::verdict;
using state = access_control::identity::state;

class access_control_test : public testing::Test {
protected:
  access_control::parts parts() {
    return {.state_file = folder.path() / "access.json",
            .now = [this] { return std::chrono::system_clock::time_point{now.load()}; },
            .steady_now = [this] { return std::chrono::steady_clock::time_point{now.load()}; }};
  }

  principal with_cookie(access_control& x, const std::string& secret) {
    auto cookie = "other=1; camwall_session=" + secret;
    return x.identify(asking{{{"Cookie", cookie}}}.x, {}).who;
  }

  principal with_token(access_control& x, const std::string& token) {
    auto field = "Bearer " + token;
    return x.identify(asking{{{"Authorization", field}}}.x, {}).who;
  }

  test::temporary_folder folder;
  std::atomic<std::chrono::seconds> now{std::chrono::hours{24 * 365 * 50}};
};

TEST_F(access_control_test, knows_a_user_by_the_cookie_of_his_login) {
  access_control sut{three_users(), parts()};
  EXPECT_EQ(sut.identify(asking{}.x, {}).who.role, role::none);
  auto in = log_in(sut, asking{}.x, "guard", "guard-pass");
  ASSERT_EQ(in.result, verdict::accepted);
  auto who = with_cookie(sut, in.secret);
  EXPECT_EQ(who.name, "guard");
  EXPECT_EQ(who.role, role::viewer);
  ASSERT_TRUE(who.scope);
  EXPECT_TRUE(who.scope->holds("b", "yard"));
  EXPECT_FALSE(who.scope->holds("b", "hall"));
  EXPECT_EQ(with_cookie(sut, in.secret + "x").role, role::none);
}

TEST_F(access_control_test, refuses_wrong_passwords_and_unknown_users_alike) {
  access_control sut{three_users(), parts()};
  EXPECT_EQ(log_in(sut, asking{}.x, "guard", "ops-pass").result, verdict::refused);
  EXPECT_EQ(log_in(sut, asking{}.x, "nobody", "guard-pass").result, verdict::refused);
  EXPECT_EQ(log_in(sut, asking{}.x, "guard", "").result, verdict::refused);
}

TEST_F(access_control_test, remembers_sessions_but_not_their_secrets_over_a_restart) {
  std::string secret;
  {
    access_control sut{three_users(), parts()};
    secret = log_in(sut, asking{}.x, "ops", "ops-pass").secret;
  }
  std::ifstream in{folder.path() / "access.json"};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_EQ(text.find(secret), std::string::npos);
  EXPECT_NE(text.find(fingerprint(secret)), std::string::npos);
  EXPECT_EQ(std::filesystem::status(folder.path() / "access.json").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  access_control again{three_users(), parts()};
  EXPECT_EQ(with_cookie(again, secret).name, "ops");
}

TEST_F(access_control_test, sets_a_damaged_file_aside_and_goes_on) {
  folder.write("access.json", "{\"sessions\": [{\"user\": 1}]}");
  access_control sut{three_users(), parts()};
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "access.json.broken"));
  EXPECT_EQ(log_in(sut, asking{}.x, "ops", "ops-pass").result, verdict::accepted);
}

TEST_F(access_control_test, ends_sessions_with_a_changed_password_or_role_and_with_the_user) {
  access_control sut{three_users(), parts()};
  auto guard = log_in(sut, asking{}.x, "guard", "guard-pass");
  auto ops = log_in(sut, asking{}.x, "ops", "ops-pass");
  auto boss = log_in(sut, asking{}.x, "boss", "admin-pass");
  auto changed = three_users();
  changed.users[0].password_hash = changed_hash;
  changed.users[1].role = role::viewer;
  changed.users.pop_back();
  sut.configure(changed);
  for (const auto* x : {&guard, &ops, &boss}) {
    EXPECT_EQ(with_cookie(sut, x->secret).role, role::none);
    EXPECT_TRUE(has_ended(x->who, {}));
  }
}

TEST_F(access_control_test, keeps_a_session_whose_cameras_change_and_begins_its_sockets_anew) {
  access_control sut{three_users(), parts()};
  auto guard = log_in(sut, asking{}.x, "guard", "guard-pass");
  auto ops = log_in(sut, asking{}.x, "ops", "ops-pass");
  auto changed = three_users();
  changed.users[0].scope->cameras = {"c"};
  sut.configure(changed);
  EXPECT_TRUE(has_ended(guard.who, {}));
  EXPECT_FALSE(has_ended(ops.who, {}));
  auto who = with_cookie(sut, guard.secret);
  EXPECT_TRUE(who.scope->holds("c", ""));
  EXPECT_FALSE(who.scope->holds("a", ""));
}

TEST_F(access_control_test, disturbs_nobody_when_the_same_users_are_configured_again) {
  access_control sut{three_users(), parts()};
  auto ops = log_in(sut, asking{}.x, "ops", "ops-pass").who;
  auto basic = log_in(sut, asking{}.x, "boss", "admin-pass", false).who;
  auto kiosk = with_token(sut, guard_token);
  auto guest = sut.open_link(sut.make_link(ops, "a", link_kind::watch, std::chrono::hours{1}));
  sut.configure(three_users());
  for (const auto* who : {&ops, &basic, &kiosk, &*guest})
    EXPECT_FALSE(has_ended(*who, {}));
  auto without = three_users();
  without.users[0].tokens.clear();
  sut.configure(without);
  EXPECT_TRUE(has_ended(kiosk, {}));
  EXPECT_FALSE(has_ended(ops, {}));
}

TEST_F(access_control_test, ends_sessions_that_are_idle_or_old) {
  access_control sut{three_users(), parts()};
  auto plain = log_in(sut, asking{}.x, "ops", "ops-pass").secret;
  auto kiosk = log_in(sut, asking{}.x, "guard", "guard-pass", true, true).secret;
  now = now.load() + 11h;
  EXPECT_EQ(with_cookie(sut, plain).name, "ops"); // Used: lasts on.
  now = now.load() + 13h;
  EXPECT_EQ(with_cookie(sut, plain).role, role::none);
  EXPECT_EQ(with_cookie(sut, kiosk).name, "guard");
  for (int day = 0; day < 366; ++day) {
    now = now.load() + 24h;
    with_cookie(sut, kiosk);
  }
  EXPECT_EQ(with_cookie(sut, kiosk).role, role::none); // However much it was used.
}

TEST_F(access_control_test, logs_out_one_session_or_all_of_a_user) {
  access_control sut{three_users(), parts()};
  auto first = log_in(sut, asking{}.x, "ops", "ops-pass").secret;
  auto second = log_in(sut, asking{}.x, "ops", "ops-pass").secret;
  auto third = log_in(sut, asking{}.x, "ops", "ops-pass").secret;
  auto out = [&](const std::string& secret, bool everywhere) {
    std::promise<void> done;
    sut.log_out(secret, everywhere, [&] { done.set_value(); });
    done.get_future().get();
  };
  out(first, false);
  EXPECT_EQ(with_cookie(sut, first).role, role::none);
  EXPECT_EQ(with_cookie(sut, second).name, "ops");
  out(second, true);
  EXPECT_EQ(with_cookie(sut, third).role, role::none);
}

TEST_F(access_control_test, keeps_a_bounded_number_of_sessions_of_a_user) {
  access_control sut{three_users(), parts()};
  auto other = log_in(sut, asking{}.x, "boss", "admin-pass").secret;
  auto oldest = log_in(sut, asking{}.x, "ops", "ops-pass").secret;
  std::string newest;
  for (std::size_t i = 0; i < access_limits::sessions_per_user_max; ++i) {
    now = now.load() + 1s;
    newest = log_in(sut, asking{}.x, "ops", "ops-pass").secret;
  }
  EXPECT_EQ(with_cookie(sut, oldest).role, role::none);
  EXPECT_EQ(with_cookie(sut, newest).name, "ops");
  EXPECT_EQ(with_cookie(sut, other).name, "boss");
}

TEST_F(access_control_test, knows_tokens_until_they_expire_or_are_revoked) {
  auto users = three_users();
  users.users[1].tokens = {{.name = "ci",
                            .hash = fingerprint("cw_ci"),
                            .expires = std::chrono::system_clock::time_point{now.load()} + 1h}};
  access_control sut{users, parts()};
  auto open = with_token(sut, "cw_ci");
  EXPECT_EQ(open.name, "ops");
  EXPECT_EQ(with_token(sut, guard_token).name, "guard");
  EXPECT_EQ(with_token(sut, "cw_other").role, role::none);
  now = now.load() + 2h;
  EXPECT_EQ(with_token(sut, "cw_ci").role, role::none);
  EXPECT_TRUE(has_ended(open, std::chrono::system_clock::time_point{now.load()}));
  std::promise<void> done;
  auto socket = with_token(sut, guard_token);
  ASSERT_TRUE(sut.revoke_token(fingerprint(guard_token).substr(0, 16), [&] { done.set_value(); }));
  done.get_future().get();
  EXPECT_TRUE(has_ended(socket, {}));
  EXPECT_EQ(with_token(sut, guard_token).role, role::none);
  EXPECT_FALSE(sut.revoke_token("0123456789abcdef", {}));
  access_control again{users, parts()};
  EXPECT_EQ(with_token(again, guard_token).role, role::none);
}

TEST_F(access_control_test, takes_secrets_over_plain_http_from_this_machine_only) {
  auto users = three_users();
  users.basic = true;
  users.trusted_proxies = {*parse_ip_range("10.0.0.1")};
  access_control sut{users, parts()};
  auto what = [&](std::vector<header_field> fields, std::string_view from) {
    fields.push_back({"Authorization", "Bearer cw_guard-token"});
    asking x{std::move(fields), from};
    sut.prepare(x.x);
    return sut.identify(x.x, {}).what;
  };
  EXPECT_EQ(what({}, ""), state::known);
  EXPECT_EQ(what({}, "192.0.2.7"), state::plain_http);
  EXPECT_EQ(what({{"X-Forwarded-Proto", "https"}}, "192.0.2.7"), state::plain_http);
  EXPECT_EQ(what({{"X-Forwarded-For", "192.0.2.7"}}, ""), state::plain_http);
  EXPECT_EQ(what({{"X-Forwarded-Proto", "https"}}, "10.0.0.1"), state::known);
  EXPECT_EQ(what({{"X-Forwarded-Proto", "http"}}, "10.0.0.1"), state::plain_http);
  users.plain_http = true;
  sut.configure(users);
  EXPECT_EQ(what({}, "192.0.2.7"), state::known);
}

TEST_F(access_control_test, checks_a_basic_password_once_a_minute) {
  auto users = three_users();
  users.basic = true;
  access_control sut{users, parts()};
  auto field = "Basic " + to_base64("ops:ops-pass");
  asking x{{{"Authorization", field}}};
  auto first = sut.identify(x.x, {});
  ASSERT_EQ(first.what, state::password);
  EXPECT_EQ(log_in(sut, x.x, first.name, first.password, false).who.name, "ops");
  EXPECT_EQ(sut.identify(x.x, {}).who.name, "ops");
  now = now.load() + 61s;
  EXPECT_EQ(sut.identify(x.x, {}).what, state::password);
  users.basic = false;
  sut.configure(users);
  EXPECT_EQ(sut.identify(x.x, {}).what, state::known);
  EXPECT_EQ(sut.identify(x.x, {}).who.role, role::none);
}

TEST_F(access_control_test, opens_one_camera_to_who_has_a_link_until_it_expires_or_is_void) {
  access_control sut{three_users(), parts()};
  auto ops = log_in(sut, asking{}.x, "ops", "ops-pass").who;
  auto link = sut.make_link(ops, "a", link_kind::watch, 1h);
  auto who = sut.open_link(link);
  ASSERT_TRUE(who);
  EXPECT_TRUE(who->scope->holds("a", "yard"));
  EXPECT_FALSE(who->scope->holds("b", "yard"));
  EXPECT_TRUE(permits(*who, action::view_media));
  EXPECT_FALSE(permits(*who, action::operate));
  auto still = sut.open_link(sut.make_link(ops, "a", link_kind::still, 1h));
  EXPECT_TRUE(permits(*still, action::view_still));
  EXPECT_FALSE(permits(*still, action::view_media));
  auto forged = link;
  forged[3] = forged[3] == 'x' ? 'y' : 'x';
  for (const auto& bad : {forged, link + "x", std::string{"."}, std::string{}, link.substr(1)})
    EXPECT_FALSE(sut.open_link(bad)) << bad;
  std::promise<void> done;
  sut.rotate_links([&] { done.set_value(); });
  done.get_future().get();
  EXPECT_FALSE(sut.open_link(link));
  EXPECT_TRUE(has_ended(*who, {}));
  auto next = sut.make_link(ops, "a", link_kind::watch, 1h);
  now = now.load() + 61min;
  EXPECT_FALSE(sut.open_link(next));
  auto orphan = sut.make_link(ops, "a", link_kind::watch, 1h);
  auto without = three_users();
  without.users.erase(without.users.begin() + 1);
  sut.configure(without);
  EXPECT_FALSE(sut.open_link(orphan));
}

TEST_F(access_control_test, makes_who_guesses_wait_but_not_who_was_here_before) {
  access_control sut{three_users(), parts()};
  asking home{{}, "192.0.2.7"};
  asking thief{{}, "198.51.100.1"};
  asking other{{}, "203.0.113.1"};
  EXPECT_EQ(log_in(sut, home.x, "ops", "ops-pass").result, verdict::accepted);
  for (int i = 0; i < access_limits::free_tries; ++i)
    EXPECT_EQ(log_in(sut, thief.x, "ops", "wrong").result, verdict::refused);
  auto held = log_in(sut, thief.x, "ops", "ops-pass");
  EXPECT_EQ(held.result, verdict::throttled);
  EXPECT_GT(held.wait, 0s);
  EXPECT_EQ(log_in(sut, other.x, "ops", "ops-pass").result, verdict::throttled);
  EXPECT_EQ(log_in(sut, home.x, "ops", "ops-pass").result, verdict::accepted);
  now = now.load() + 2s;
  EXPECT_EQ(log_in(sut, other.x, "ops", "ops-pass").result, verdict::accepted);
}

TEST_F(access_control_test, tells_who_may_see_metrics_and_health) {
  auto users = three_users();
  users.health = audience::everybody;
  access_control sut{users, parts()};
  asking local;
  asking far{{}, "192.0.2.7"};
  auto may = [&](const asking& x, const principal& who, action what) {
    return sut.permits(x.x, who, what);
  };
  EXPECT_TRUE(may(far, {}, action::view_health));
  EXPECT_FALSE(may(local, {}, action::view_metrics));
  EXPECT_TRUE(may(far, {role::viewer}, action::view_metrics));
  auto narrow = principal{role::viewer};
  narrow.scope = std::make_shared<const camera_scope>();
  EXPECT_FALSE(may(far, narrow, action::view_metrics)); // They name every camera.
  users.health = audience::users;
  users.metrics = audience::loopback;
  sut.configure(users);
  EXPECT_TRUE(may(local, {}, action::view_health));
  EXPECT_FALSE(may(far, {}, action::view_health));
  EXPECT_TRUE(may(local, {}, action::view_metrics));
  EXPECT_FALSE(may(far, {}, action::view_metrics));
}

} // namespace
} // namespace camwall::http
