#include "http/websocket/handshake.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace camwall::http {
namespace {

using fields = std::vector<header_field>;

class handshake_test : public testing::Test {
protected:
  // A good request with one field exchanged; an empty value leaves it out.
  static fields with(std::string_view name, std::string_view value) {
    fields out;
    for (auto x : good())
      if (x.name != name)
        out.push_back(x);
    if (!value.empty())
      out.push_back({name, value});
    return out;
  }

  static fields good() {
    return {{"Upgrade", "websocket"},
            {"Connection", "Upgrade"},
            {"Sec-WebSocket-Version", "13"},
            {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  }

  static response ask(const fields& headers, subprotocol answer = subprotocol::none,
                      method how = method::get, int minor_version = 1) {
    request x;
    x.method = how;
    x.minor_version = minor_version;
    x.path = "/ws";
    x.host = "wall:8080";
    x.headers = headers;
    return accept_websocket(x, make, answer);
  }

  static std::unique_ptr<websocket_session> make(websocket_loop& /*unused*/,
                                                 websocket_peer& /*unused*/) {
    return nullptr;
  }
};

TEST_F(handshake_test, reckons_the_token_of_the_standard) {
  EXPECT_EQ(accept_token("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_F(handshake_test, accepts_a_good_request) {
  auto x = ask(good());
  EXPECT_EQ(x.status, 101);
  EXPECT_TRUE(x.upgrade);
  std::string head;
  append_head(head, x, {.date = "now"});
  EXPECT_EQ(head,
            "HTTP/1.1 101 Switching Protocols\r\nDate: now\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nConnection: Upgrade\r\n"
            "\r\n");
}

TEST_F(handshake_test, takes_lists_over_several_fields_and_any_case) {
  auto headers = with("Connection", "keep-alive");
  headers.push_back({"connection", "x, UPGRADE"});
  EXPECT_EQ(ask(headers).status, 101);
  EXPECT_EQ(ask(with("Upgrade", "h2c, WebSocket")).status, 101);
}

TEST_F(handshake_test, asks_others_to_upgrade) {
  for (const auto& headers :
       {with("Upgrade", ""), with("Upgrade", "websockets"), with("Connection", ""),
        with("Connection", "close"), with("Sec-WebSocket-Version", ""),
        with("Sec-WebSocket-Version", "12"), with("Sec-WebSocket-Version", "013"), fields{}}) {
    auto x = ask(headers);
    EXPECT_EQ(x.status, 426);
    EXPECT_FALSE(x.upgrade);
    std::string head;
    append_head(head, x, {.date = "now"});
    EXPECT_NE(head.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
    EXPECT_NE(head.find("Connection: keep-alive, Upgrade\r\n"), std::string::npos);
  }
  EXPECT_EQ(ask(good(), subprotocol::none, method::head).status, 426);
  EXPECT_EQ(ask(good(), subprotocol::none, method::get, 0).status, 426);
}

TEST_F(handshake_test, refuses_keys_that_are_not_sixteen_bytes) {
  for (auto key :
       {"", "AAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAAA=", "AAAAAAAAAAAAAAAAAAAAAB==",
        "AAAAAAAAAAAAAAAAAAAA-A==", "AAAAAAAAAAAAAAAAAAAAAAAAAA=="})
    EXPECT_EQ(ask(with("Sec-WebSocket-Key", key)).status, 400) << key;
  auto twice = good();
  twice.push_back(twice.back());
  EXPECT_EQ(ask(twice).status, 400);
}

TEST_F(handshake_test, refuses_pages_of_another_origin_only) {
  EXPECT_EQ(ask(with("Origin", "http://wall:8080")).status, 101);
  EXPECT_EQ(ask(with("Origin", "https://wall:8080")).status, 101);
  EXPECT_EQ(ask(with("Origin", "http://wall")).status, 403);
  EXPECT_EQ(ask(with("Origin", "http://evil.example")).status, 403);
  EXPECT_EQ(ask(with("Origin", "null")).status, 403);
}

TEST_F(handshake_test, agrees_to_the_first_subprotocol_where_it_is_told_to) {
  auto headers = with("Sec-WebSocket-Protocol", "null , other");
  EXPECT_EQ(ask(headers).fields.find("Protocol"), std::string::npos);
  EXPECT_NE(ask(headers, subprotocol::first_offered).fields.find("Sec-WebSocket-Protocol: null\r"),
            std::string::npos);
  EXPECT_EQ(ask(good(), subprotocol::first_offered).fields.find("Protocol"), std::string::npos);
  EXPECT_EQ(ask(with("Sec-WebSocket-Protocol", "not a token"), subprotocol::first_offered)
              .fields.find("Protocol"),
            std::string::npos);
}

} // namespace
} // namespace camwall::http
