#include "actors/stream_signs.hpp"

#include <gtest/gtest.h>

namespace camwall {
namespace {

using namespace std::chrono_literals;

class stream_signs_test : public ::testing::Test {
protected:
  /// `sign+` for what came, `sign-` for what went.
  std::vector<std::string> changes(bool live, const std::vector<condition>& conditions = {}) {
    std::vector<picture_faults::held> held;
    for (auto x : conditions)
      held.push_back({.what = x, .since = now_ - 30s});
    std::vector<std::string> out;
    for (const auto& x : sut_.changes(live, held, now_))
      out.push_back(x.sign + (x.holds ? '+' : '-'));
    return out;
  }

  using list = std::vector<std::string>;
  stream_signs sut_;
  time_point now_ = time_point{} + 1h;
};

TEST_F(stream_signs_test, tells_a_condition_once_when_it_comes_and_once_when_it_goes) {
  EXPECT_EQ(changes(true), list{});
  EXPECT_EQ(changes(true, {condition::black}), list{"black+"});
  EXPECT_EQ(changes(true, {condition::black}), list{});
  EXPECT_EQ(changes(true, {condition::frozen}), (list{"frozen+", "black-"}));
  EXPECT_EQ(changes(true), list{"frozen-"});
}

TEST_F(stream_signs_test, tells_a_frozen_picture_once_over_its_restarts) {
  EXPECT_EQ(changes(true, {condition::frozen}), list{"frozen+"});
  EXPECT_EQ(changes(false), list{});
  EXPECT_EQ(changes(true, {condition::frozen}), list{});
  EXPECT_EQ(changes(true), list{"frozen-"});
}

TEST_F(stream_signs_test, does_not_say_that_a_picture_is_black_no_more_because_of_a_restart) {
  EXPECT_EQ(changes(true, {condition::black}), list{"black+"});
  EXPECT_EQ(changes(false), list{});
  EXPECT_EQ(changes(true), list{});
  EXPECT_EQ(changes(true, {condition::black}), list{"black+"});
}

TEST_F(stream_signs_test, tells_rates_that_are_far_from_the_usual) {
  sut_.begin_worker(now_);
  auto run = [this](double fps, double bits, duration span) {
    for (auto end = now_ + span; now_ < end; now_ += 250ms)
      sut_.take({.fps = fps, .bitrate_bps = bits}, now_);
  };
  run(15, 500'000, 100s);
  EXPECT_EQ(changes(true), list{});
  run(5, 20'000, 40s);
  EXPECT_EQ(changes(true), (list{"frame_rate+", "bit_rate+"}));
  run(15, 500'000, 40s);
  EXPECT_EQ(changes(true), (list{"frame_rate-", "bit_rate-"}));
}

} // namespace
} // namespace camwall
