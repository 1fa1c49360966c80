#include "http/live/viewer_queue.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t gate = 1;
constexpr std::uint16_t yard = 2;

class viewer_queue_test : public testing::Test {
protected:
  viewer_queue_test() {
    sut.open(gate);
    sut.open(yard);
  }

  static media_chunk_ptr make(chunk_kind kind, std::string name, std::size_t bytes, bool keyframe) {
    name.resize(bytes, '.');
    return std::make_shared<media_chunk>(
      media_chunk{.kind = kind, .keyframe = keyframe, .payload = std::move(name)});
  }

  void key(std::uint16_t channel, const std::string& name, std::size_t bytes = 10) {
    sut.push(channel, make(chunk_kind::video, name, bytes, true), now);
  }
  void delta(std::uint16_t channel, const std::string& name, std::size_t bytes = 10) {
    sut.push(channel, make(chunk_kind::video, name, bytes, false), now);
  }
  void sound(std::uint16_t channel, const std::string& name, std::size_t bytes = 10) {
    sut.push(channel, make(chunk_kind::audio, name, bytes, true), now);
  }
  void init(std::uint16_t channel, const std::string& name, bool of_sound = false) {
    auto x = *make(chunk_kind::init, name, 10, false);
    x.sound = of_sound;
    sut.push(channel, std::make_shared<media_chunk>(std::move(x)), now);
  }
  void description(std::uint16_t channel, const std::string& text) {
    sut.push_description(channel, text, now);
  }

  /// All that waits, by name: `K2!` was dropped before, `K2~` is a discontinuity.
  std::string drained() {
    std::string out;
    while (auto x = sut.pop()) {
      auto name = x->chunk ? x->chunk->payload : x->text;
      out += (out.empty() ? "" : " ") + name.substr(0, name.find('.'));
      out += std::string{x->dropped_before ? "!" : ""} + (x->discontinuity ? "~" : "");
    }
    return out;
  }

  std::map<std::pair<std::uint16_t, drop_reason>, std::size_t> dropped;
  viewer_queue sut{100, 3s, [this](std::uint16_t channel, drop_reason why, std::size_t n) {
                     dropped[{channel, why}] += n;
                   }};
  viewer_queue::time_point now{};
};

TEST_F(viewer_queue_test, delivers_in_the_order_in_which_it_came) {
  description(gate, "text");
  init(gate, "I");
  key(gate, "K");
  key(yard, "k");
  delta(gate, "D");
  delta(yard, "d");
  EXPECT_EQ(sut.bytes(), 50U);
  EXPECT_EQ(drained(), "text I K k D d");
  EXPECT_EQ(sut.bytes(), 0U);
  EXPECT_TRUE(dropped.empty());
}

TEST_F(viewer_queue_test, begins_at_a_keyframe_without_calling_that_a_loss) {
  delta(gate, "D0");
  sound(gate, "S0");
  key(gate, "K1");
  sound(gate, "S1");
  EXPECT_EQ(drained(), "K1 S1");
  EXPECT_EQ((dropped[{gate, drop_reason::join}]), 2U);
}

TEST_F(viewer_queue_test, drops_up_to_the_newest_keyframe_when_it_is_full) {
  key(gate, "K1", 30);
  delta(gate, "D1", 30);
  key(gate, "K2", 30);
  delta(gate, "D2", 30);
  EXPECT_EQ(drained(), "K2! D2");
  EXPECT_EQ((dropped[{gate, drop_reason::behind}]), 2U);
}

TEST_F(viewer_queue_test, drops_the_rest_of_a_gop_that_alone_is_too_much) {
  key(gate, "K1", 40);
  delta(gate, "D1", 40);
  delta(gate, "D2", 40);
  delta(gate, "D3", 10);
  sound(gate, "S3", 10);
  key(gate, "K2", 10);
  delta(gate, "D4", 10);
  EXPECT_EQ(drained(), "K2! D4");
  EXPECT_EQ((dropped[{gate, drop_reason::behind}]), 5U);
}

TEST_F(viewer_queue_test, takes_from_the_channel_that_has_most_to_give) {
  key(yard, "k", 20);
  key(gate, "K1", 30);
  delta(gate, "D1", 30);
  key(gate, "K2", 15);
  delta(yard, "d", 20);
  EXPECT_EQ(drained(), "k K2! d");
}

TEST_F(viewer_queue_test, delivers_what_alone_is_larger_than_the_queue) {
  key(gate, "K1", 500);
  EXPECT_EQ(drained(), "K1");
}

TEST_F(viewer_queue_test, never_drops_an_init_that_is_needed) {
  description(gate, "text");
  init(gate, "V");
  init(gate, "A", true);
  key(gate, "K1", 50);
  delta(gate, "D1", 50);
  key(gate, "K2", 20);
  EXPECT_EQ(drained(), "text V A K2!");
}

TEST_F(viewer_queue_test, replaces_what_a_newer_run_made_pointless) {
  description(gate, "text1");
  init(gate, "V1");
  init(gate, "A1", true);
  key(gate, "K1");
  description(gate, "text2");
  init(gate, "V2");
  key(gate, "K2", 60);
  delta(gate, "D2", 60); // Too much: all of it goes, and of the texts and inits the newest stay.
  key(gate, "K3");
  EXPECT_EQ(drained(), "text2 V2 K3!");
}

TEST_F(viewer_queue_test, keeps_its_memory_when_a_worker_restarts_for_ever) {
  for (int i = 0; i < 1000; ++i) {
    description(gate, "text");
    init(gate, "V");
    init(gate, "A", true);
    key(gate, "K");
  }
  std::size_t count = 0;
  while (sut.pop())
    ++count;
  EXPECT_LE(count, 20U);
}

TEST_F(viewer_queue_test, goes_on_at_a_keyframe_after_a_new_init) {
  init(gate, "V1");
  key(gate, "K1");
  init(gate, "V2");
  delta(gate, "D1");
  key(gate, "K2");
  EXPECT_EQ(drained(), "V1 K1 V2 K2!");
}

TEST_F(viewer_queue_test, hands_the_discontinuity_of_a_dropped_chunk_on) {
  key(gate, "K1", 40);
  auto broken = *make(chunk_kind::video, "K2", 40, true);
  broken.discontinuity = true;
  sut.push(gate, std::make_shared<media_chunk>(broken), now);
  delta(gate, "D2", 40);
  key(gate, "K3", 40);
  EXPECT_EQ(drained(), "K3!~");
}

TEST_F(viewer_queue_test, drops_what_has_waited_too_long_when_there_is_something_newer) {
  key(gate, "K1");
  delta(gate, "D1");
  now += 4s;
  delta(gate, "D2");
  key(yard, "k");
  key(gate, "K2");
  EXPECT_EQ(drained(), "k K2!");
  EXPECT_EQ((dropped[{gate, drop_reason::late}]), 3U);
}

TEST_F(viewer_queue_test, goes_on_at_a_keyframe_when_chunks_were_lost_elsewhere) {
  key(gate, "K1");
  sut.lose(gate, drop_reason::loop, 3);
  delta(gate, "D1");
  key(gate, "K2");
  EXPECT_EQ(drained(), "K1 K2!");
  EXPECT_EQ((dropped[{gate, drop_reason::loop}]), 4U);
}

TEST_F(viewer_queue_test, forgets_a_closed_channel_without_calling_that_a_loss) {
  key(gate, "K1");
  key(yard, "k");
  sut.close(gate);
  delta(gate, "D1");
  EXPECT_EQ(sut.bytes(), 10U);
  sut.open(gate);
  delta(gate, "D2");
  key(gate, "K3");
  EXPECT_EQ(drained(), "k K3");
  EXPECT_EQ((dropped[{gate, drop_reason::behind}]), 0U);
}

/// Payload: `<channel> <gop> <number in it>`; the number 0 is the keyframe.
TEST_F(viewer_queue_test, never_delivers_a_chunk_whose_references_were_dropped) {
  std::mt19937 random{7};
  auto below = [&](unsigned n) { return random() % n; };
  std::map<std::uint16_t, std::pair<int, int>> sent; // Of each channel: GOP and number.
  std::map<std::uint16_t, std::pair<int, int>> got;
  std::size_t delivered = 0;
  for (int step = 0; step < 20'000; ++step) {
    auto channel = static_cast<std::uint16_t>(1 + below(2));
    now += std::chrono::milliseconds(below(50));
    auto& [gop, number] = sent[channel];
    if (++number == 8 || gop == 0) {
      ++gop;
      number = 0;
    }
    media_chunk x;
    x.keyframe = number == 0;
    x.payload = std::to_string(gop) + " " + std::to_string(number);
    x.payload.resize(10 + below(15), ' ');
    sut.push(channel, std::make_shared<media_chunk>(std::move(x)), now);
    ASSERT_LE(sut.bytes(), 100U);
    for (auto n = below(3); n > 0; --n) {
      auto next = sut.pop();
      if (!next)
        break;
      ++delivered;
      auto& text = next->chunk->payload;
      std::pair<int, int> is{std::stoi(text), std::stoi(text.substr(text.find(' ')))};
      auto& last = got[next->channel];
      std::pair<int, int> following{last.first, last.second + 1};
      std::pair<int, int> next_gop{last.first + 1, 0};
      ASSERT_TRUE(is == following || is.second == 0) << text;
      auto lost_some = last.first != 0 && is != following && (is != next_gop || last.second != 7);
      ASSERT_EQ(next->dropped_before, lost_some) << text;
      last = is;
    }
  }
  EXPECT_GT(delivered, 5'000U);
  EXPECT_GT((dropped[{gate, drop_reason::behind}]), 500U);
}

} // namespace
} // namespace camwall::http
