// Answers that come later, and bodies that are made while they are sent, over a socket pair.

#include "core/unique_fd.hpp"
#include "http/connection.hpp"
#include "tests/unit/http/recording_observer.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <csignal>
#include <deque>
#include <string>
#include <vector>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;
using wants = connection::wants;

/// Gives what the test has put into `pieces`.
struct scripted_source final : body_source {
  std::optional<std::string> take(steady_time) override {
    if (pieces.empty())
      return ended ? std::nullopt : std::optional{std::string{}};
    auto x = std::move(pieces.front());
    pieces.pop_front();
    return x;
  }
  std::deque<std::string> pieces;
  bool ended = false;
};

class connection_later_test : public testing::Test {
protected:
  connection_later_test() {
    std::signal(SIGPIPE, SIG_IGN); // As in the reactor's threads.
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
      throw std::runtime_error("socketpair");
    server.reset(pair[0]);
    client.reset(pair[1]);
    sut = std::make_unique<connection>(server.get(), peer_address{.loopback = true}, context, now);
  }

  response reply(const request& x) {
    auto out = text_response(200, "text/plain", x.path);
    if (x.path == "/later" || x.path == "/dear") {
      out = {};
      out.add("X-Frame", "one");
      out.later = [](const answer_later&) {};
    }
    if (x.path == "/dear")
      out.on_abandoned = [this] { on_abandoned(); };
    if (x.path == "/stream")
      out.source = source;
    out.route = x.path == "/later" ? "/later" : x.path == "/dear" ? "/dear" : "/other";
    out.omit_body = x.method == method::head;
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

  std::string received_body() {
    auto text = receive();
    auto end = text.find("\r\n\r\n");
    return end == std::string::npos ? text : text.substr(end + 4);
  }

  static std::string get(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }

  static bool holds(const std::string& text, std::string_view word) {
    return text.find(word) != std::string::npos;
  }

  int abandoned = 0;
  std::function<void()> on_abandoned = [this] { ++abandoned; };
  listen_options options;
  std::shared_ptr<scripted_source> source = std::make_shared<scripted_source>();
  answer_function answer = [this](const request& x) { return reply(x); };
  recording_observer observer;
  connection_context context{options, answer, observer};
  steady_time now{1h};
  unique_fd server;
  unique_fd client;
  std::unique_ptr<connection> sut;
};

TEST_F(connection_later_test, waits_and_then_answers_with_what_the_dispatcher_had_added) {
  EXPECT_EQ(send(get("/later")), wants::wait);
  auto asked = sut->take_later();
  EXPECT_TRUE(asked.ask);
  EXPECT_FALSE(sut->take_later().ask);
  EXPECT_EQ(sut->on_tick(now + 1s), wants::wait);
  EXPECT_EQ(receive(), "");
  EXPECT_EQ(sut->on_answer(asked.number, text_response(201, "text/plain", "made"), now),
            wants::read);
  auto text = receive();
  EXPECT_TRUE(text.starts_with("HTTP/1.1 201 Created\r\n"));
  EXPECT_TRUE(holds(text, "X-Frame: one\r\n"));
  EXPECT_TRUE(text.ends_with("\r\n\r\nmade"));
  EXPECT_EQ(observer.requests, std::vector<std::string>{"/later GET 201"});
}

TEST_F(connection_later_test, sends_no_body_to_head) {
  EXPECT_EQ(send("HEAD /later HTTP/1.1\r\nHost: a\r\n\r\n"), wants::wait);
  sut->on_answer(sut->take_later().number, text_response(200, "text/plain", "made"), now);
  auto text = receive();
  EXPECT_TRUE(holds(text, "Content-Length: 4\r\n"));
  EXPECT_TRUE(text.ends_with("\r\n\r\n"));
}

TEST_F(connection_later_test, answers_what_was_pipelined_behind_it_afterwards) {
  EXPECT_EQ(send(get("/a") + get("/later") + get("/b") + get("/later")), wants::wait);
  EXPECT_TRUE(receive().ends_with("/a"));
  auto first = sut->take_later().number;
  EXPECT_EQ(sut->on_answer(first, text_response(200, "text/plain", "first"), now), wants::wait);
  auto text = receive();
  EXPECT_LT(text.find("first"), text.find("/b"));
  auto second = sut->take_later();
  EXPECT_TRUE(second.ask);
  EXPECT_NE(second.number, first);
  EXPECT_EQ(sut->on_answer(first, text_response(200, "text/plain", "again"), now), wants::wait);
  EXPECT_EQ(receive(), "");
  EXPECT_EQ(sut->on_answer(second.number, text_response(200, "text/plain", "second"), now),
            wants::read);
  EXPECT_TRUE(receive().ends_with("second"));
}

TEST_F(connection_later_test, answers_504_at_the_deadline_and_ignores_what_comes_then) {
  send(get("/later"));
  auto number = sut->take_later().number;
  EXPECT_EQ(sut->on_tick(now + options.answer_deadline), wants::wait);
  EXPECT_EQ(sut->on_tick(now + options.answer_deadline + 1ms), wants::read);
  auto text = receive();
  EXPECT_TRUE(holds(text, "504 Gateway Timeout"));
  EXPECT_TRUE(holds(text, "X-Frame: one\r\n"));
  EXPECT_EQ(sut->on_answer(number, text_response(200, "text/plain", "late"), now), wants::read);
  EXPECT_EQ(receive(), "");
  EXPECT_EQ(observer.requests, std::vector<std::string>{"/later GET 504"});
  EXPECT_EQ(observer.limits, std::vector<std::string>{"answer_deadline"});
}

TEST_F(connection_later_test, counts_499_when_the_client_leaves_meanwhile) {
  send(get("/later"));
  EXPECT_EQ(sut->on_hangup(), wants::wait);
  ::shutdown(client.get(), SHUT_WR); // It may still read.
  EXPECT_EQ(sut->on_hangup(), wants::wait);
  client.reset();
  EXPECT_EQ(sut->on_hangup(), wants::close);
  sut.reset();
  EXPECT_EQ(observer.requests, std::vector<std::string>{"/later GET 499"});
}

TEST_F(connection_later_test, tells_who_makes_an_answer_when_the_client_closes_its_half) {
  EXPECT_EQ(send(get("/dear")), wants::leave);
  EXPECT_TRUE(sut->take_later().ask);
  EXPECT_EQ(sut->on_tick(now + 1s), wants::leave);
  EXPECT_EQ(sut->on_hangup(), wants::leave);
  ::shutdown(client.get(), SHUT_WR); // All that a browser does which aborts.
  EXPECT_EQ(sut->on_hangup(), wants::close);
  sut.reset();
  EXPECT_EQ(abandoned, 1);
  EXPECT_EQ(observer.requests, std::vector<std::string>{"/dear GET 499"});
}

TEST_F(connection_later_test, tells_who_makes_an_answer_when_its_deadline_has_passed) {
  send(get("/dear") + get("/dear"));
  sut->take_later();
  EXPECT_EQ(sut->on_tick(now + options.answer_deadline + 1ms), wants::leave) << "the next one";
  EXPECT_TRUE(holds(receive(), "504 Gateway Timeout"));
  EXPECT_EQ(abandoned, 1);
  sut.reset();
  EXPECT_EQ(abandoned, 1) << "the next one was not asked for yet";
}

TEST_F(connection_later_test, tells_nobody_whose_answer_was_there_or_was_not_begun) {
  send(get("/dear"));
  sut->on_answer(sut->take_later().number, text_response(200, "text/plain", "made"), now);
  EXPECT_TRUE(receive().ends_with("made"));
  send(get("/dear")); // Nobody takes it up.
  sut.reset();
  EXPECT_EQ(abandoned, 0);
}

TEST_F(connection_later_test, survives_what_throws_when_it_is_told) {
  on_abandoned = [] { throw std::runtime_error("no"); };
  send(get("/dear"));
  sut->take_later();
  sut.reset();
  EXPECT_EQ(observer.limits, std::vector<std::string>{"exceptions"});
}

TEST_F(connection_later_test, waits_on_when_the_answer_is_that_it_comes_later) {
  EXPECT_EQ(send(get("/later")), wants::wait);
  response password_was_right;
  password_was_right.add("X-Frame", "two");
  password_was_right.later = [](const answer_later&) {};
  password_was_right.on_abandoned = [this] { on_abandoned(); };
  auto first = sut->take_later().number;
  auto half = now + options.answer_deadline / 2;
  EXPECT_EQ(sut->on_answer(first, std::move(password_was_right), half), wants::leave);
  EXPECT_EQ(receive(), "");
  auto second = sut->take_later();
  EXPECT_TRUE(second.ask);
  EXPECT_NE(second.number, first);
  EXPECT_EQ(sut->on_tick(now + options.answer_deadline), wants::leave);
  EXPECT_EQ(sut->on_tick(now + options.answer_deadline + 1ms), wants::read) << "one deadline";
  EXPECT_EQ(abandoned, 1);
  auto text = receive();
  EXPECT_TRUE(holds(text, "X-Frame: one\r\n") && holds(text, "X-Frame: two\r\n"));
  EXPECT_EQ(observer.requests, std::vector<std::string>{"/later GET 504"});
}

TEST_F(connection_later_test, closes_after_a_late_answer_when_asked_to) {
  EXPECT_EQ(send("GET /later HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), wants::wait);
  EXPECT_EQ(sut->on_answer(sut->take_later().number, {}, now), wants::close);
  EXPECT_TRUE(holds(receive(), "Connection: close"));
}

TEST_F(connection_later_test, sends_a_body_in_chunks_as_it_is_made) {
  source->pieces = {"hello", std::string(17, 'x')};
  EXPECT_EQ(send(get("/stream") + get("/next")), wants::write);
  EXPECT_EQ(sut->on_writable(now), wants::write);
  EXPECT_EQ(sut->on_writable(now), wants::leave);
  auto text = receive();
  EXPECT_TRUE(holds(text, "Transfer-Encoding: chunked\r\n"));
  EXPECT_FALSE(holds(text, "Content-Length"));
  EXPECT_TRUE(text.ends_with("\r\n\r\n5\r\nhello\r\n11\r\nxxxxxxxxxxxxxxxxx\r\n"));
  EXPECT_EQ(sut->on_tick(now), wants::leave);
  source->pieces = {"more"};
  EXPECT_EQ(sut->on_tick(now), wants::leave);
  EXPECT_EQ(receive(), "4\r\nmore\r\n");
  EXPECT_TRUE(observer.requests.empty());
  source->ended = true;
  sut->on_tick(now);
  auto rest = receive();
  EXPECT_TRUE(rest.starts_with("0\r\n\r\n"));
  EXPECT_TRUE(rest.ends_with("/next"));
  EXPECT_EQ(observer.requests.front(), "/other GET 200");
}

TEST_F(connection_later_test, answers_the_next_request_after_a_body_has_ended) {
  source->ended = true;
  auto next = send(get("/stream") + get("/next"));
  for (int i = 0; i < 4 && next == wants::write; ++i)
    next = sut->on_writable(now);
  EXPECT_EQ(next, wants::read);
  auto text = receive();
  EXPECT_LT(text.find("\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK"), text.size());
  EXPECT_TRUE(text.ends_with("/next"));
}

TEST_F(connection_later_test, ends_the_body_with_the_connection_for_a_client_without_chunks) {
  source->pieces = {"hello"};
  source->ended = true;
  auto next = send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  for (int i = 0; i < 4 && next == wants::write; ++i)
    next = sut->on_writable(now);
  EXPECT_EQ(next, wants::close);
  EXPECT_EQ(received_body(), "hello");
}

TEST_F(connection_later_test, gives_head_of_a_made_body_without_making_it) {
  source->pieces = {"hello"};
  EXPECT_EQ(send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n"), wants::read);
  EXPECT_EQ(received_body(), "");
  EXPECT_EQ(source.use_count(), 1);
}

TEST_F(connection_later_test, ends_a_body_when_its_reader_closes) {
  EXPECT_EQ(send(get("/stream")), wants::leave);
  EXPECT_EQ(sut->on_hangup(), wants::leave);
  ::shutdown(client.get(), SHUT_WR);
  EXPECT_EQ(sut->on_hangup(), wants::close);
  sut.reset();
  EXPECT_EQ(observer.requests, std::vector<std::string>{"/other GET 200"});
  EXPECT_EQ(source.use_count(), 1);
}

TEST_F(connection_later_test, evicts_the_reader_of_a_body_who_acknowledges_nothing) {
  EXPECT_EQ(send(get("/stream")), wants::leave);
  sut->on_tick(now);
  for (int i = 0; i < 11; ++i) { // What still comes is no sign of life of the reader.
    source->pieces = {"x"};
    now += 1s;
    if (sut->on_tick(now) == wants::close)
      break;
  }
  EXPECT_EQ(observer.limits, std::vector<std::string>{"stall"});
}

} // namespace
} // namespace camwall::http
