// Answers that other threads give, over the real transport: what ThreadSanitizer has to see.

#include "core/unique_fd.hpp"
#include "http/transport.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;

class counting_observer final : public http_observer {
public:
  void on_request(std::string_view, std::string_view, int, std::chrono::nanoseconds) override {
    ++requests;
  }
  void on_limit(std::string_view) override {
    // nop
  }
  void on_connections(int) override {
    // nop
  }
  std::atomic<int> requests = 0;
};

/// Keeps what the handlers were given, for other threads to take.
class desk {
public:
  void put(answer_later x) {
    {
      std::lock_guard guard{mutex_};
      waiting_.push_back(std::move(x));
    }
    changed_.notify_all();
  }

  /// None when nothing comes within five seconds.
  std::optional<answer_later> take() {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, 5s, [this] { return !waiting_.empty(); }))
      return std::nullopt;
    auto x = std::move(waiting_.back());
    waiting_.pop_back();
    return x;
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<answer_later> waiting_;
};

/// Counts what the reactors tell.
class tally {
public:
  void add() {
    {
      std::lock_guard guard{mutex_};
      ++count_;
    }
    changed_.notify_all();
  }

  bool reaches(int count) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, 5s, [&] { return count_ >= count; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

class client {
public:
  explicit client(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval patience{5, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(fd_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
      throw std::runtime_error("connect");
  }

  void ask(const std::string& path = "/x") {
    auto text = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    ::send(fd_.get(), text.data(), text.size(), MSG_NOSIGNAL);
  }

  /// Up to the end of the word, or of the connection.
  std::string read_until(std::string_view word) {
    std::string out;
    std::array<char, 4096> buffer{};
    while (out.find(word) == std::string::npos) {
      auto n = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (n <= 0)
        break;
      out.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return out;
  }

  /// It may still read.
  void close_half() {
    ::shutdown(fd_.get(), SHUT_WR);
  }

  void reset() {
    linger abort{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    fd_.reset();
  }

private:
  unique_fd fd_;
};

class later_threads_test : public testing::Test {
protected:
  later_threads_test() {
    listen_options options;
    options.port = 0;
    auto started = transport::start(
      options,
      [this](const request& asked) {
        response x;
        x.later = [this](answer_later done) { waiting.put(std::move(done)); };
        if (asked.path == "/dear")
          x.on_abandoned = [this] { abandoned.add(); };
        return x;
      },
      observer);
    sut = std::move(*started);
  }

  desk waiting;
  tally abandoned;
  counting_observer observer;
  std::unique_ptr<transport> sut;
};

TEST_F(later_threads_test, carries_answers_from_other_threads_while_clients_come_and_go) {
  constexpr int clients = 24;
  std::thread stayers{[&] {
    for (int i = 0; i < clients; ++i) {
      client x{sut->port()};
      x.ask();
      EXPECT_NE(x.read_until("made").find("200 OK"), std::string::npos);
    }
  }};
  std::thread leavers{[&] {
    for (int i = 0; i < clients; ++i) {
      client x{sut->port()};
      x.ask();
      x.reset();
    }
  }};
  std::atomic<int> left = clients;
  std::thread answering{[&] {
    while (left > 0)
      if (auto done = waiting.take())
        (*done)(text_response(200, "text/plain", "made"));
      else
        break;
  }};
  stayers.join();
  leavers.join();
  left = 0;
  // Wakes the thread that may wait for another one.
  waiting.put([](response) {});
  answering.join();
}

TEST_F(later_threads_test, answers_500_when_the_last_copy_is_dropped_elsewhere) {
  client x{sut->port()};
  x.ask();
  auto done = waiting.take();
  ASSERT_TRUE(done);
  std::thread dropping{[copy = std::move(*done)] {}};
  done.reset();
  dropping.join();
  EXPECT_NE(x.read_until("internal_error").find("500 Internal Server Error"), std::string::npos);
}

TEST_F(later_threads_test, ignores_a_second_answer) {
  client x{sut->port()};
  x.ask();
  auto done = waiting.take();
  ASSERT_TRUE(done);
  (*done)(text_response(200, "text/plain", "first"));
  (*done)(text_response(200, "text/plain", "second"));
  EXPECT_NE(x.read_until("first").find("200 OK"), std::string::npos);
  x.ask();
  ASSERT_TRUE(waiting.take()); // Dropped at once.
  EXPECT_EQ(x.read_until("internal_error").find("second"), std::string::npos);
}

TEST_F(later_threads_test, tells_who_makes_an_answer_that_its_client_has_left) {
  client half{sut->port()};
  half.ask("/dear");
  auto kept = waiting.take();
  ASSERT_TRUE(kept);
  half.close_half();
  EXPECT_TRUE(abandoned.reaches(1));
  EXPECT_EQ(half.read_until("\r\n\r\n"), "") << "nothing is said to whoever left";
  client gone{sut->port()};
  gone.ask("/dear");
  auto done = waiting.take();
  ASSERT_TRUE(done);
  gone.reset();
  EXPECT_TRUE(abandoned.reaches(2));
  (*done)(text_response(200, "text/plain", "late"));
}

TEST_F(later_threads_test, answers_a_client_that_has_closed_its_half) {
  client x{sut->port()};
  x.ask();
  auto done = waiting.take();
  ASSERT_TRUE(done);
  x.close_half();
  client other{sut->port()}; // Time for the server to misunderstand.
  other.ask("/dear");
  ASSERT_TRUE(waiting.take());
  (*done)(text_response(200, "text/plain", "made"));
  EXPECT_NE(x.read_until("made").find("200 OK"), std::string::npos);
}

TEST_F(later_threads_test, tells_who_makes_an_answer_that_the_server_ends) {
  client x{sut->port()};
  x.ask("/dear");
  auto done = waiting.take();
  ASSERT_TRUE(done);
  sut->stop();
  EXPECT_TRUE(abandoned.reaches(1));
}

TEST_F(later_threads_test, waits_for_an_answer_that_comes_later_in_its_turn) {
  client x{sut->port()};
  x.ask();
  auto first = waiting.take();
  ASSERT_TRUE(first);
  response more;
  more.later = [this](answer_later done) { waiting.put(std::move(done)); };
  more.on_abandoned = [this] { abandoned.add(); };
  (*first)(std::move(more));
  auto second = waiting.take();
  ASSERT_TRUE(second);
  x.close_half();
  EXPECT_TRUE(abandoned.reaches(1));
}

TEST_F(later_threads_test, may_be_answered_after_the_server_has_ended) {
  client x{sut->port()};
  x.ask();
  client y{sut->port()};
  y.ask();
  auto first = waiting.take();
  auto second = waiting.take();
  ASSERT_TRUE(first && second);
  std::thread racing{[&] { (*first)(text_response(200, "text/plain", "late")); }};
  sut->stop();
  racing.join();
  sut.reset();
  (*second)(text_response(200, "text/plain", "later still"));
}

} // namespace
} // namespace camwall::http
