#include "http/access/client_address.hpp"
#include "http/access/cookies.hpp"
#include "http/access/login_form.hpp"
#include "http/access/login_throttle.hpp"
#include "http/access/rate_limit.hpp"
#include "http/access/settings.hpp"
#include "http/kept_request.hpp"
#include "tests/unit/http/access_fixture.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;

const std::vector<ip_range> proxies{*parse_ip_range("10.0.0.0/8"), *parse_ip_range("127.0.0.1")};

ip_address client_of(std::vector<header_field> fields, std::string_view from) {
  asking x{std::move(fields), from};
  find_client(x.x, proxies);
  return x.x.client;
}

TEST(client_address_test, believes_trusted_proxies_only) {
  std::vector<header_field> named{{"X-Forwarded-For", "192.0.2.7"}};
  EXPECT_EQ(client_of(named, "10.0.0.1"), address("192.0.2.7"));
  EXPECT_EQ(client_of(named, ""), address("192.0.2.7"));
  EXPECT_EQ(client_of(named, "198.51.100.1"), address("198.51.100.1"));
  EXPECT_EQ(client_of({}, "10.0.0.1"), address("10.0.0.1"));
}

TEST(client_address_test, takes_the_last_address_that_no_trusted_proxy_has) {
  auto of = [](std::string_view list) {
    return client_of({{"X-Forwarded-For", list}}, "10.0.0.1");
  };
  EXPECT_EQ(of("1.2.3.4, 192.0.2.7, 10.0.0.9"), address("192.0.2.7"));
  EXPECT_EQ(of("10.0.0.9"), address("10.0.0.9"));
  EXPECT_EQ(of("192.0.2.7:1234"), address("192.0.2.7"));
  EXPECT_EQ(of("[2001:db8::7]:1234"), address("2001:db8::7"));
  EXPECT_EQ(of("1.2.3.4, unknown"), address("10.0.0.1"));
  EXPECT_EQ(client_of({{"X-Forwarded-For", "1.2.3.4"}, {"x-forwarded-for", "192.0.2.7"}}, ""),
            address("192.0.2.7"));
}

TEST(client_address_test, reads_forwarded_and_believes_neither_when_both_are_there) {
  EXPECT_EQ(client_of({{"Forwarded", "for=1.2.3.4, for=\"[2001:db8::7]:47\";proto=https"}}, ""),
            address("2001:db8::7"));
  EXPECT_EQ(client_of({{"Forwarded", "for=1.2.3.4"}, {"X-Forwarded-For", "192.0.2.7"}}, "10.0.0.1"),
            address("10.0.0.1"));
}

TEST(client_address_test, is_never_this_machine_when_a_proxy_speaks) {
  asking x{{{"X-Forwarded-For", "127.0.0.1"}}};
  find_client(x.x, proxies);
  EXPECT_FALSE(x.x.is_local());
  asking plain;
  find_client(plain.x, proxies);
  EXPECT_TRUE(plain.x.is_local());
}

TEST(rate_limit_test, lets_a_burst_through_and_then_the_rate) {
  rate_limit sut;
  rate_limit::time_point now{};
  auto a = address("192.0.2.7");
  for (int i = 0; i < 40; ++i)
    EXPECT_TRUE(sut.take(a, 10, 40, now));
  EXPECT_FALSE(sut.take(a, 10, 40, now));
  EXPECT_TRUE(sut.take(address("192.0.2.8"), 10, 40, now));
  now += 100ms;
  EXPECT_TRUE(sut.take(a, 10, 40, now));
  EXPECT_FALSE(sut.take(a, 10, 40, now));
}

TEST(rate_limit_test, takes_a_household_of_ipv6_for_one_and_keeps_a_bounded_table) {
  rate_limit sut;
  rate_limit::time_point now{};
  EXPECT_TRUE(sut.take(address("2001:db8::1"), 1, 1, now));
  EXPECT_FALSE(sut.take(address("2001:db8::2"), 1, 1, now));
  EXPECT_TRUE(sut.take(address("2001:db8:0:1::1"), 1, 1, now));
  auto x = address("10.0.0.0");
  std::size_t taken = 0;
  for (std::size_t i = 0; i < access_limits::limited_addresses_max + 100; ++i) {
    x[14] = static_cast<std::uint8_t>(i >> 8);
    x[15] = static_cast<std::uint8_t>(i);
    x[13] = static_cast<std::uint8_t>(i >> 16);
    taken += sut.take(x, 1, 1, now) ? 1 : 0;
  }
  EXPECT_LE(taken, access_limits::limited_addresses_max); // The others shared a bucket.
  now += 2s; // All are full again, and so are forgotten.
  EXPECT_TRUE(sut.take(address("192.0.2.9"), 1, 1, now));
}

TEST(login_throttle_test, doubles_the_wait_up_to_a_limit) {
  login_throttle sut;
  login_throttle::time_point now{};
  auto a = address("192.0.2.7");
  std::vector<std::chrono::seconds> waits;
  for (int i = 0; i < 30; ++i) {
    auto name = "user" + std::to_string(i); // Only the address has failed before.
    auto wait = sut.begin(a, name, now);
    waits.push_back(wait);
    now += wait;
    if (wait > 0s) {
      EXPECT_EQ(sut.begin(a, name, now), 0s);
    }
  }
  EXPECT_EQ(waits[4], 0s);
  EXPECT_EQ(waits[5], 1s);
  EXPECT_EQ(waits[6], 2s);
  EXPECT_EQ(waits[7], 4s);
  EXPECT_EQ(waits.back(), access_limits::address_wait_max);
}

TEST(login_throttle_test, holds_a_user_for_a_minute_at_most) {
  login_throttle sut;
  login_throttle::time_point now{};
  auto x = address("10.0.0.0");
  std::chrono::seconds longest{0};
  for (int i = 0; i < 60; ++i) {
    x[14] = static_cast<std::uint8_t>(i); // Another address each time.
    auto wait = sut.begin(x, "ops", now);
    longest = std::max(longest, wait);
    now += wait;
  }
  EXPECT_EQ(longest, access_limits::user_wait_max);
}

TEST(cookies_test, finds_the_cookie_that_fits_the_way_it_came) {
  asking plain{{{"Cookie", "a=1; camwall_session=abc;b=2"}}};
  EXPECT_EQ(cookie_of(plain.x, session_cookie), "abc");
  EXPECT_EQ(cookie_of(plain.x, link_cookie), "");
  plain.x.secure = true;
  EXPECT_EQ(cookie_of(plain.x, session_cookie), ""); // Anybody nearby can have set it.
  asking secure{{{"Cookie", "camwall_session=x"}, {"Cookie", "__Host-camwall_session=abc"}}};
  secure.x.secure = true;
  EXPECT_EQ(cookie_of(secure.x, session_cookie), "abc");
  EXPECT_EQ(set_cookie(secure.x, session_cookie, "abc", 60s),
            "__Host-camwall_session=abc; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=60");
  for (auto broken : {"", ";", "=;=", "camwall_session", ";;camwall_sessionx=1"}) {
    asking x{{{"Cookie", broken}}};
    EXPECT_EQ(cookie_of(x.x, session_cookie), "") << broken;
  }
}

TEST(login_form_test, reads_json_and_forms_and_nothing_else) {
  auto parse = [](std::string_view type, std::string_view body) {
    asking x{{{"Content-Type", type}}};
    x.x.body = body;
    return parse_login(x.x);
  };
  auto json = parse("application/json; charset=utf-8",
                    R"({"user":"ops","password":"p%41\u00e4","remember":true})");
  ASSERT_TRUE(json);
  EXPECT_EQ(json->password, "p%41ä");
  EXPECT_TRUE(json->remember);
  EXPECT_FALSE(json->is_page);
  auto form =
    parse("application/x-www-form-urlencoded", "user=ops&password=p%41+x&next=%2F%3Fkiosk%3D1");
  ASSERT_TRUE(form);
  EXPECT_EQ(form->password, "pA x");
  EXPECT_EQ(form->next, "/?kiosk=1");
  EXPECT_TRUE(form->is_page);
  EXPECT_EQ(parse("application/x-www-form-urlencoded", "user=ops&password=x")->next, "/");
  for (auto body : {"", "{", "[]", "{}", R"({"user":"a"})", R"({"user":1,"password":2})",
                    R"({"user":"","password":"x"})", "user=ops&password=x"})
    EXPECT_FALSE(parse("application/json", body)) << body;
  EXPECT_FALSE(parse("text/plain", R"({"user":"a","password":"b"})"));
}

TEST(login_form_test, leads_to_paths_of_this_server_only) {
  EXPECT_EQ(local_path("/?wall=lobby"), "/?wall=lobby");
  for (auto bad : {"", "//evil.example", "https://evil.example/", "/\\evil.example", "evil",
                   "/a\r\nSet-Cookie: x", "/ /evil"})
    EXPECT_EQ(local_path(bad), "/") << bad;
  EXPECT_EQ(query_encode("/?a=b&c"), "/%3Fa%3Db%26c");
}

TEST(kept_request_test, is_whole_when_the_original_is_gone) {
  std::shared_ptr<const request> kept;
  {
    auto text = std::make_unique<std::string>("valuebodyqueryhost");
    auto view = std::string_view{*text};
    asking x{{{"Name", view.substr(0, 5)}}};
    x.x.body = view.substr(5, 4);
    x.x.query = view.substr(9, 5);
    x.x.host = view.substr(14);
    kept = keep(x.x);
    text->assign(text->size(), '?');
  }
  EXPECT_EQ(kept->header("name"), "value");
  EXPECT_EQ(kept->body, "body");
  EXPECT_EQ(kept->query, "query");
  EXPECT_EQ(kept->host, "host");
}

} // namespace
} // namespace camwall::http
