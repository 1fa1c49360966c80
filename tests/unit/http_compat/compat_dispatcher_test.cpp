#include "tests/unit/http_compat/compat_fixture.hpp"

namespace camwall::http {
namespace {

class compat_dispatcher_test : public compat_fixture {
protected:
  compat_dispatcher_test() : compat_fixture(compat_profile::jsmpeg) {
    // nop
  }

  int status_from(const char* address) {
    asked.peer = *parse_ip_address(address);
    asked.from_loopback = std::string_view{address}.starts_with("127.");
    return get("/api/health/").status;
  }

  int socket_status_from_page(const std::string& origin) {
    return get("/ws/stream?id=1", {{"Upgrade", "websocket"},
                                   {"Connection", "Upgrade"},
                                   {"Sec-WebSocket-Version", "13"},
                                   {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                                   {"Origin", origin}})
      .status;
  }
};

TEST_F(compat_dispatcher_test, admits_this_machine_alone_unless_it_is_told_otherwise) {
  EXPECT_EQ(status_from("127.0.0.1"), 200);
  EXPECT_EQ(status_from("10.0.0.7"), 403);
  options.listen.open_access = true;
  start();
  EXPECT_EQ(status_from("10.0.0.7"), 200);
}

TEST_F(compat_dispatcher_test, admits_exactly_the_list_where_there_is_one) {
  options.allow = {*parse_ip_range("10.0.0.0/8"), *parse_ip_range("2001:db8::/32")};
  start();
  EXPECT_EQ(status_from("10.0.0.7"), 200);
  EXPECT_EQ(status_from("::ffff:10.0.0.7"), 200);
  EXPECT_EQ(status_from("2001:db8::7"), 200);
  EXPECT_EQ(status_from("192.168.0.7"), 403);
  EXPECT_EQ(status_from("127.0.0.1"), 403);
}

TEST_F(compat_dispatcher_test, takes_nobodys_word_for_where_a_forwarded_request_comes_from) {
  EXPECT_EQ(get("/api/health", {{"X-Forwarded-For", "127.0.0.1"}}).status, 403);
  options.allow = {*parse_ip_range("127.0.0.0/8")};
  start();
  EXPECT_EQ(get("/api/health").status, 200);
  EXPECT_EQ(get("/api/health", {{"Forwarded", "for=127.0.0.1"}}).status, 403);
}

TEST_F(compat_dispatcher_test, takes_a_path_with_or_without_its_slash) {
  EXPECT_EQ(get("/api/health").body, "{\"status\":\"healthy\"}\n");
  EXPECT_EQ(get("/api/health/").body, "{\"status\":\"healthy\"}\n");
  EXPECT_EQ(get("/api/healthy/").status, 404);
}

TEST_F(compat_dispatcher_test, names_its_routes_by_profile_for_the_metrics) {
  EXPECT_EQ(get("/api/health/").route, "jsmpeg:/api/health");
  EXPECT_EQ(get("/api/streams/not-there").route, "jsmpeg:/api/streams/:id");
  EXPECT_EQ(get("/nothing").route, "jsmpeg:unmatched");
}

TEST_F(compat_dispatcher_test, refuses_hosts_that_are_not_its_own) {
  asked.host = "evil.example";
  EXPECT_EQ(get("/api/health").status, 421);
}

TEST_F(compat_dispatcher_test, opens_sockets_for_pages_of_its_own_hosts_at_any_port) {
  EXPECT_EQ(socket_status_from_page("http://127.0.0.1:3000"), 101);
  EXPECT_EQ(socket_status_from_page("http://localhost"), 101);
  EXPECT_EQ(socket_status_from_page("https://evil.example"), 403);
  EXPECT_EQ(socket_status_from_page("null"), 403);
}

TEST_F(compat_dispatcher_test, answers_other_methods_and_plain_requests_as_http_wants_it) {
  asked.method = method::post;
  auto x = get("/api/health");
  EXPECT_EQ(x.status, 405);
  EXPECT_NE(x.fields.find("Allow: GET, HEAD, OPTIONS"), std::string::npos);
  asked.method = method::get;
  EXPECT_EQ(get("/ws/stream?id=1").status, 426);
}

TEST_F(compat_dispatcher_test, lists_cameras_without_their_logins) {
  auto list = get("/api/streams/").body;
  EXPECT_TRUE(list.starts_with("[{\"id\":\"" + ids.find("gate")->uuid +
                               "\",\"url\":\"rtsp://***@gate\",\"label\":\"The gate\""))
    << list;
  auto one = get("/api/streams/" + ids.find("yard")->uuid + "/").body;
  EXPECT_NE(one.find("\"ws_url\":\"ws://127.0.0.1:8001/ws/stream?id=" + ids.find("yard")->uuid),
            std::string::npos);
  EXPECT_EQ(get("/api/streams/" + ids.find("yard")->uuid.substr(1)).status, 404);
}

} // namespace
} // namespace camwall::http
