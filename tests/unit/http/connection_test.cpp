#include "http/connection.hpp"

#include "core/unique_fd.hpp"
#include "tests/unit/http/recording_observer.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <csignal>
#include <string>
#include <vector>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;
using wants = connection::wants;

class connection_test : public testing::Test {
protected:
  connection_test() {
    std::signal(SIGPIPE, SIG_IGN); // As in the reactor's threads.
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
      throw std::runtime_error("socketpair");
    server.reset(pair[0]);
    client.reset(pair[1]);
    sut = std::make_unique<connection>(server.get(), peer_address{.loopback = true}, context, now);
  }

  // Answers the path; `/big` is a file of eight megabytes, `/cut` one that is shorter than it says.
  static response echo(const request& x) {
    auto out = text_response(200, "text/plain", x.path);
    out.route = "/echo";
    out.omit_body = x.method == method::head;
    if (x.path == "/upgrade") {
      out.status = 101;
      out.body.clear();
      out.upgrade = [](websocket_loop&, websocket_peer&) { return nullptr; };
    }
    if (x.path == "/big" || x.path == "/cut") {
      unique_fd fd{::memfd_create("big", MFD_CLOEXEC)};
      if (::ftruncate(fd.get(), x.path == "/big" ? big : 1000) == 0)
        out.file = {std::move(fd), 0, big};
    }
    return out;
  }

  wants send(std::string_view text) {
    EXPECT_EQ(::send(client.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
    return sut->on_readable(now);
  }

  std::string receive() {
    std::string out;
    std::vector<char> buffer(1 << 16);
    for (;;) {
      auto n = ::recv(client.get(), buffer.data(), buffer.size(), 0);
      if (n <= 0)
        return out;
      out.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }

  static int count(std::string_view text, std::string_view word) {
    int n = 0;
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
      ++n;
    return n;
  }

  static std::string get(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }

  static constexpr std::size_t big = 8 << 20;
  listen_options options;
  answer_function answer = echo;
  recording_observer observer;
  connection_context context{options, answer, observer};
  steady_time now{1h};
  unique_fd server;
  unique_fd client;
  std::unique_ptr<connection> sut;
};

TEST_F(connection_test, answers_pipelined_requests_in_order) {
  auto next = send(get("/1") + get("/2") + get("/3"));
  EXPECT_EQ(next, wants::read);
  auto text = receive();
  EXPECT_EQ(count(text, "HTTP/1.1 200 OK"), 3);
  EXPECT_LT(text.find("\r\n\r\n/1"), text.find("\r\n\r\n/2"));
  EXPECT_LT(text.find("\r\n\r\n/2"), text.find("\r\n\r\n/3"));
  EXPECT_EQ(observer.requests.size(), 3U);
}

TEST_F(connection_test, gives_others_a_turn_between_many_pipelined_requests) {
  std::string text;
  for (int i = 0; i < 40; ++i)
    text += get("/x");
  EXPECT_EQ(send(text), wants::write);
  EXPECT_EQ(observer.requests.size(), 16U);
  EXPECT_EQ(sut->on_writable(now), wants::write);
  EXPECT_EQ(sut->on_writable(now), wants::read);
  EXPECT_EQ(observer.requests.size(), 40U);
}

TEST_F(connection_test, puts_a_request_together_from_pieces) {
  auto text = get("/slow");
  for (auto c : text)
    ASSERT_EQ(send({&c, 1}), wants::read);
  EXPECT_NE(receive().find("/slow"), std::string::npos);
}

TEST_F(connection_test, sends_a_large_file_as_the_peer_takes_it) {
  auto next = send(get("/big") + get("/after"));
  std::string text;
  for (int i = 0; i < 10'000 && next == wants::write; ++i) {
    text += receive();
    next = sut->on_writable(now);
  }
  text += receive();
  EXPECT_EQ(next, wants::read);
  EXPECT_GT(text.size(), big);
  EXPECT_TRUE(text.ends_with("/after"));
}

TEST_F(connection_test, closes_when_a_file_is_shorter_than_announced) {
  EXPECT_EQ(send(get("/cut")), wants::close);
  EXPECT_EQ(observer.requests, std::vector<std::string>{"/echo GET 499"});
}

TEST_F(connection_test, answers_head_without_a_body) {
  send("HEAD /head HTTP/1.1\r\nHost: a\r\n\r\n");
  auto text = receive();
  EXPECT_NE(text.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\r\n\r\n"));
}

TEST_F(connection_test, answers_after_a_half_close) {
  EXPECT_EQ(::send(client.get(), get("/x").data(), get("/x").size(), 0),
            static_cast<ssize_t>(get("/x").size()));
  ::shutdown(client.get(), SHUT_WR);
  EXPECT_EQ(sut->on_readable(now), wants::read);
  EXPECT_NE(receive().find("200 OK"), std::string::npos);
  EXPECT_EQ(sut->on_readable(now), wants::close);
}

TEST_F(connection_test, closes_after_the_answer_when_asked_to) {
  EXPECT_EQ(send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), wants::close);
  EXPECT_NE(receive().find("Connection: close"), std::string::npos);
}

TEST_F(connection_test, lingers_after_a_refusal_so_that_the_peer_can_read_it) {
  EXPECT_EQ(send("BAD\r\n\r\n"), wants::read);
  EXPECT_NE(receive().find("400 Bad Request"), std::string::npos);
  EXPECT_EQ(send("more"), wants::read);
  EXPECT_EQ(sut->on_tick(now + 1s), wants::read);
  EXPECT_EQ(sut->on_tick(now + 3s), wants::close);
  EXPECT_EQ(observer.requests, std::vector<std::string>{"refused unknown 400"});
}

TEST_F(connection_test, refuses_methods_that_it_does_not_know) {
  send("BREW / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_NE(receive().find("501 Not Implemented"), std::string::npos);
}

TEST_F(connection_test, answers_408_when_a_request_does_not_end) {
  send("GET / HT");
  now += options.header_deadline;
  EXPECT_EQ(sut->on_tick(now), wants::read);
  send("T"); // Progress does not move the deadline.
  sut->on_tick(now + 1ms);
  EXPECT_NE(receive().find("408 Request Timeout"), std::string::npos);
  EXPECT_EQ(observer.limits, std::vector<std::string>{"header_deadline"});
}

TEST_F(connection_test, closes_an_idle_connection_silently) {
  send(get("/x"));
  receive();
  EXPECT_EQ(sut->on_tick(now + options.idle_deadline), wants::read);
  EXPECT_EQ(sut->on_tick(now + options.idle_deadline + 1ms), wants::close);
  EXPECT_EQ(receive(), "");
}

TEST_F(connection_test, evicts_a_peer_that_takes_nothing) {
  EXPECT_EQ(send(get("/big")), wants::write);
  EXPECT_EQ(sut->on_tick(now + 1s), wants::write);
  EXPECT_EQ(sut->on_tick(now + 1s + options.stall_deadline), wants::write);
  EXPECT_EQ(sut->on_tick(now + 2s + options.stall_deadline), wants::close);
  EXPECT_EQ(observer.limits, std::vector<std::string>{"stall"});
  sut.reset();
  EXPECT_EQ(observer.requests, std::vector<std::string>{"/echo GET 499"});
}

TEST_F(connection_test, notices_that_the_peer_is_gone) {
  EXPECT_EQ(send(get("/big")), wants::write);
  client.reset();
  EXPECT_EQ(sut->on_writable(now), wants::close);
}

TEST_F(connection_test, gives_the_socket_away_after_a_101_with_what_came_behind_it) {
  EXPECT_EQ(send(get("/x") + get("/upgrade") + get("/not/a/request")), wants::upgrade);
  auto text = receive();
  EXPECT_EQ(count(text, "HTTP/1.1 "), 2);
  EXPECT_TRUE(
    text.ends_with("HTTP/1.1 101 Switching Protocols\r\nDate: " + std::string{http_date()} +
                   "\r\nContent-Type: text/plain\r\nConnection: Upgrade\r\n\r\n"));
  auto rest = sut->take_upgrade();
  EXPECT_TRUE(rest.make);
  EXPECT_EQ(rest.input, get("/not/a/request"));
}

TEST_F(connection_test, counts_the_limits_that_a_request_broke) {
  send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n");
  EXPECT_NE(receive().find("413 "), std::string::npos);
  EXPECT_EQ(observer.limits, std::vector<std::string>{"body_bytes"});
}

} // namespace
} // namespace camwall::http
