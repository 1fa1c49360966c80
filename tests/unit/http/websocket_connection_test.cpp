#include "core/unique_fd.hpp"
#include "http/websocket/connection.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using wants = websocket_connection::wants;

class recording_observer final : public http_observer {
public:
  void on_request(std::string_view, std::string_view, int, std::chrono::nanoseconds) override {
    // nop
  }
  void on_limit(std::string_view limit) override {
    limits.emplace_back(limit);
  }
  void on_connections(int) override {
    // nop
  }
  void on_websocket_evicted(std::string_view reason) override {
    evicted.emplace_back(reason);
  }
  std::vector<std::string> limits;
  std::vector<std::string> evicted;
};

class idle_loop final : public websocket_loop {
public:
  void post(std::function<void()>) override {
    // nop
  }
};

/// Writes down what happens; throws at the word `throw`.
struct diary {
  std::vector<std::string> lines;
  websocket_peer* peer = nullptr;
  bool alive = false;
};

class recording_session final : public websocket_session {
public:
  recording_session(diary& notes, websocket_peer& peer) : notes_(notes) {
    notes_.peer = &peer;
    notes_.alive = true;
  }
  ~recording_session() override {
    notes_.peer->send_text("last words");
    notes_.alive = false;
  }
  void on_open() override {
    notes_.lines.emplace_back("open");
  }
  void on_text(std::string_view message) override {
    if (message == "throw")
      throw std::runtime_error("as told");
    notes_.lines.push_back("text " + std::string{message});
  }
  void on_binary(std::string_view message) override {
    notes_.lines.push_back("binary " + std::string{message});
  }
  void on_drained() override {
    ++drained;
  }
  void on_tick(time_point) override {
    // nop
  }
  static inline int drained = 0;

private:
  diary& notes_;
};

class websocket_connection_test : public testing::Test {
protected:
  websocket_connection_test() {
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) != 0)
      throw std::runtime_error("socketpair");
    server.reset(pair[0]);
    client.reset(pair[1]);
    recording_session::drained = 0;
    sut = std::make_unique<websocket_connection>(server.get(), context, now);
  }

  wants open(std::string_view early = {}) {
    return sut->open(
      [this](websocket_loop&, websocket_peer& peer) {
        return std::make_unique<recording_session>(notes, peer);
      },
      loop, early, now);
  }

  // A frame with an empty mask, which changes nothing.
  static std::string frame(int opcode, std::string_view payload, bool final = true) {
    std::string out;
    out.push_back(static_cast<char>((final ? 0x80 : 0) | opcode));
    if (payload.size() < 126) {
      out.push_back(static_cast<char>(0x80 | payload.size()));
    } else {
      out.push_back(static_cast<char>(0x80 | 126));
      out.push_back(static_cast<char>(payload.size() >> 8));
      out.push_back(static_cast<char>(payload.size() & 0xff));
    }
    return out.append(4, '\0').append(payload);
  }

  wants say(std::string_view bytes) {
    EXPECT_EQ(::send(client.get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
    return sut->on_readable(now);
  }

  std::string hear() {
    std::string out;
    std::vector<char> buffer(1 << 16);
    for (;;) {
      auto n = ::recv(client.get(), buffer.data(), buffer.size(), 0);
      if (n <= 0)
        return out;
      out.append(buffer.data(), static_cast<std::size_t>(n));
    }
  }

  // Reads until the connection has nothing more to send.
  std::string hear_all() {
    std::string out;
    auto next = sut->flush(now);
    for (int i = 0; i < 10'000 && next == wants::read_and_write; ++i) {
      out += hear();
      next = sut->flush(now);
    }
    return out + hear();
  }

  static std::string close_frame(int code, std::string_view reason) {
    std::string out{static_cast<char>(0x88), static_cast<char>(2 + reason.size()),
                    static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    return out.append(reason);
  }

  static media_chunk_ptr chunk(std::size_t size) {
    auto x = std::make_shared<media_chunk>();
    x->payload.assign(size, 'x');
    return x;
  }

  static constexpr int text = 1;
  static constexpr int close = 8;
  static constexpr int ping = 9;
  static constexpr int pong = 10;
  websocket_limits limits;
  recording_observer observer;
  websocket_context context{limits, observer};
  idle_loop loop;
  diary notes;
  websocket_connection::time_point now{1h};
  unique_fd server;
  unique_fd client;
  std::unique_ptr<websocket_connection> sut;
};

TEST_F(websocket_connection_test, gives_messages_to_its_session) {
  open(frame(text, "early"));
  say(frame(text, "a", false) + frame(ping, "p") + frame(0, "b") + frame(2, "c"));
  EXPECT_THAT(notes.lines, ElementsAre("open", "text early", "text ab", "binary c"));
  EXPECT_EQ(hear(), "\x8a\x01p");
}

TEST_F(websocket_connection_test, frames_a_message_with_a_head_and_a_shared_payload) {
  open();
  auto shared = chunk(70'000);
  sut->send_binary("head", shared);
  sut->send_binary({}, chunk(200));
  sut->send_text("t");
  EXPECT_EQ(context.dirty.size(), 1U);
  auto heard = hear_all();
  EXPECT_EQ(heard.substr(0, 14), std::string("\x82\x7f\0\0\0\0\0\1\x11\x74head", 14));
  EXPECT_EQ(heard.substr(14, 70'000), shared->payload);
  EXPECT_EQ(heard.substr(70'014, 4), std::string("\x82\x7e\0\xc8", 4));
  EXPECT_EQ(heard.substr(70'218), "\x81\x01t");
  EXPECT_EQ(sut->queued_bytes(), 0U);
  EXPECT_GT(recording_session::drained, 0);
}

TEST_F(websocket_connection_test, holds_a_payload_only_as_long_as_it_waits) {
  open();
  auto shared = chunk(1000);
  sut->send_binary({}, shared);
  EXPECT_EQ(shared.use_count(), 2);
  sut->flush(now);
  EXPECT_EQ(shared.use_count(), 1);
}

TEST_F(websocket_connection_test, wants_to_write_only_while_something_waits) {
  open();
  for (int i = 0; i < 5; ++i)
    sut->send_binary({}, chunk(1'000'000));
  EXPECT_EQ(sut->flush(now), wants::read_and_write);
  hear_all();
  EXPECT_EQ(sut->flush(now), wants::read);
}

TEST_F(websocket_connection_test, a_pong_overtakes_messages_and_cuts_none) {
  open();
  sut->send_binary({}, chunk(1'000'000));
  sut->send_binary({}, chunk(1'000'000));
  sut->flush(now);
  for (int i = 0; i < 50; ++i)
    say(frame(ping, "p" + std::to_string(i)));
  auto heard = hear_all();
  EXPECT_EQ(heard.substr(1'000'010, 5), "\x8a\x03p49");
  EXPECT_EQ(heard.size(), 2U * 1'000'010 + 5);
}

TEST_F(websocket_connection_test, answers_a_close_and_shuts_down) {
  open();
  EXPECT_EQ(say(frame(close, "\x03\xe8") + frame(text, "late")), wants::read);
  EXPECT_EQ(hear(), "\x88\x02\x03\xe8");
  EXPECT_FALSE(notes.alive);
  EXPECT_THAT(notes.lines, ElementsAre("open"));
  client.reset();
  EXPECT_EQ(sut->on_readable(now), wants::close);
  EXPECT_THAT(observer.evicted, IsEmpty());
}

TEST_F(websocket_connection_test, closes_after_what_is_queued_and_waits_for_the_answer) {
  open();
  sut->send_text("first");
  sut->close(4004, "gone");
  sut->send_text("dropped");
  EXPECT_EQ(sut->flush(now), wants::read);
  EXPECT_FALSE(notes.alive);
  EXPECT_EQ(hear(),
            "\x81\x05"
            "first" +
              close_frame(4004, "gone"));
  EXPECT_EQ(sut->on_tick(now + limits.close_deadline), wants::read);
  EXPECT_EQ(sut->on_tick(now + limits.close_deadline + 1ms), wants::close);
}

TEST_F(websocket_connection_test, cuts_a_long_reason_between_characters) {
  open();
  std::string reason = "a";
  for (int i = 0; i < 100; ++i)
    reason += "\u00df";
  sut->close(4000, reason);
  sut->flush(now);
  EXPECT_EQ(hear(), close_frame(4000, reason.substr(0, 123)));
}

TEST_F(websocket_connection_test, tells_1002_and_listens_no_more) {
  open();
  EXPECT_EQ(say(std::string("\x81\x01x") + frame(text, "late")), wants::read);
  EXPECT_EQ(hear(), close_frame(1002, "frame is not masked"));
  EXPECT_THAT(observer.evicted, ElementsAre("protocol"));
  EXPECT_FALSE(notes.alive);
  EXPECT_EQ(sut->on_tick(now + limits.close_deadline + 1ms), wants::close);
}

TEST_F(websocket_connection_test, takes_messages_up_to_the_limit_and_none_beyond) {
  open();
  limits.message_bytes_max = 65'536;
  say(frame(text, std::string(40'000, 'a'), false));
  say(frame(0, std::string(25'536, 'a')));
  EXPECT_EQ(notes.lines.back().size(), 5 + 65'536U);
  say(frame(text, std::string(40'000, 'a'), false));
  say(frame(0, std::string(25'537, 'a')));
  EXPECT_EQ(hear(), close_frame(1009, "message is too big"));
  EXPECT_THAT(observer.limits, ElementsAre("websocket_message_bytes"));
}

TEST_F(websocket_connection_test, holds_the_rate_of_messages) {
  open();
  for (int i = 0; i < 100; ++i)
    say(frame(text, ""));
  now += 500ms;
  for (int i = 0; i < 50; ++i)
    say(frame(text, ""));
  EXPECT_TRUE(notes.alive);
  say(frame(text, ""));
  EXPECT_EQ(hear(), close_frame(1008, "too many messages"));
  EXPECT_THAT(observer.evicted, ElementsAre("message_rate"));
}

TEST_F(websocket_connection_test, a_session_that_throws_ends_with_1011) {
  open();
  say(frame(text, "throw"));
  EXPECT_EQ(hear(), close_frame(1011, "the server failed"));
  EXPECT_THAT(observer.evicted, ElementsAre("exception"));
}

TEST_F(websocket_connection_test, a_factory_that_fails_ends_with_1011) {
  sut->open([](websocket_loop&, websocket_peer&) { return nullptr; }, loop, {}, now);
  EXPECT_EQ(hear(), close_frame(1011, "the server failed"));
}

TEST_F(websocket_connection_test, pings_after_silence_and_ends_without_an_answer) {
  open();
  EXPECT_EQ(sut->on_tick(now + limits.ping_interval), wants::read);
  EXPECT_EQ(hear(), "");
  now += limits.ping_interval + 1ms;
  sut->on_tick(now);
  EXPECT_EQ(hear(), std::string("\x89\0", 2));
  EXPECT_EQ(sut->on_tick(now + limits.pong_deadline), wants::read);
  EXPECT_EQ(sut->on_tick(now + limits.pong_deadline + 1ms), wants::close);
  EXPECT_THAT(observer.limits, ElementsAre("websocket_pong"));
}

TEST_F(websocket_connection_test, a_pong_in_time_is_enough) {
  open();
  now += limits.ping_interval + 1ms;
  sut->on_tick(now);
  hear();
  say(frame(pong, ""));
  EXPECT_EQ(sut->on_tick(now + limits.pong_deadline + 1ms), wants::read);
  EXPECT_THAT(observer.limits, IsEmpty());
}

TEST_F(websocket_connection_test, a_message_has_its_deadline_whatever_comes_between) {
  open();
  say(frame(text, "begun", false));
  now += limits.message_deadline;
  say(frame(ping, ""));
  hear();
  EXPECT_EQ(sut->on_tick(now), wants::read);
  EXPECT_EQ(hear(), "");
  sut->on_tick(now + 1ms);
  EXPECT_EQ(hear(), close_frame(1008, "message took too long"));
  EXPECT_THAT(observer.limits, ElementsAre("websocket_message_deadline"));
}

TEST_F(websocket_connection_test, a_frame_that_does_not_end_has_the_same_deadline) {
  open();
  say(frame(text, "whole") + "\x81");
  sut->on_tick(now + limits.message_deadline + 1ms);
  EXPECT_EQ(hear(), close_frame(1008, "message took too long"));
}

TEST_F(websocket_connection_test, evicts_a_client_that_reads_nothing) {
  open();
  auto shared = chunk(1'000'000);
  for (int i = 0; i < 5; ++i)
    sut->send_binary({}, shared);
  EXPECT_EQ(sut->flush(now), wants::read_and_write);
  sut->on_tick(now);
  EXPECT_EQ(sut->on_tick(now + limits.stall_deadline), wants::read_and_write);
  now += limits.stall_deadline + 1ms;
  EXPECT_EQ(sut->on_tick(now), wants::read_and_write);
  EXPECT_THAT(observer.limits, ElementsAre("websocket_stall"));
  EXPECT_LE(shared.use_count(), 2); // Only the message that has begun to leave.
  EXPECT_FALSE(notes.alive);
  EXPECT_EQ(sut->on_tick(now + limits.close_deadline + 1ms), wants::close);
}

TEST_F(websocket_connection_test, a_stalled_client_that_wakes_up_hears_why) {
  open();
  for (int i = 0; i < 5; ++i)
    sut->send_binary({}, chunk(1'000'000));
  sut->flush(now);
  sut->on_tick(now);
  now += limits.stall_deadline + 1ms;
  sut->on_tick(now);
  auto heard = hear_all();
  EXPECT_TRUE(heard.ends_with(close_frame(4008, "nothing was read for too long")));
  EXPECT_EQ((heard.size() - 33) % 1'000'010, 0U);
}

TEST_F(websocket_connection_test, keeps_a_client_that_reads_slowly) {
  open();
  for (int i = 0; i < 5; ++i)
    sut->send_binary({}, chunk(1'000'000));
  std::vector<char> buffer(10'000);
  for (int i = 0; i < 8; ++i) {
    sut->flush(now);
    ASSERT_NE(sut->on_tick(now), wants::close);
    now += limits.stall_deadline / 2;
    say(frame(pong, ""));
    for (int j = 0; j < 5; ++j)
      ASSERT_GT(::recv(client.get(), buffer.data(), buffer.size(), 0), 0);
  }
  EXPECT_THAT(observer.limits, IsEmpty());
}

TEST_F(websocket_connection_test, ends_when_its_queue_grows_beyond_the_limit) {
  open();
  for (int i = 0; i < 10; ++i)
    sut->send_binary({}, chunk(1'000'000));
  EXPECT_THAT(observer.evicted, ElementsAre("queue"));
  EXPECT_TRUE(notes.alive); // Its caller may be the session.
  sut->flush(now);
  EXPECT_FALSE(notes.alive);
  EXPECT_TRUE(hear_all().ends_with(close_frame(4008, "too much is waiting")));
}

TEST_F(websocket_connection_test, tells_1001_when_the_server_ends) {
  open();
  for (int i = 0; i < 5; ++i)
    sut->send_binary({}, chunk(1'000'000));
  sut->flush(now);
  EXPECT_EQ(sut->go_away(now), wants::read_and_write);
  EXPECT_FALSE(notes.alive);
  EXPECT_TRUE(hear_all().ends_with(close_frame(1001, "the server ends")));
  EXPECT_EQ(say(frame(close, "\x03\xe9")), wants::read);
}

TEST_F(websocket_connection_test, notices_that_the_client_is_gone) {
  open();
  client.reset();
  sut->send_text("x");
  EXPECT_EQ(sut->flush(now), wants::close);
  EXPECT_FALSE(notes.alive);
}

TEST_F(websocket_connection_test, throws_away_what_comes_after_the_end_but_not_for_ever) {
  open();
  say(frame(close, ""));
  auto next = wants::read;
  for (int i = 0; i < 40 && next == wants::read; ++i)
    next = say(std::string(50'000, 'x'));
  EXPECT_EQ(next, wants::close);
}

} // namespace
} // namespace camwall::http
