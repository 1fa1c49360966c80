#include "actors/rate_norm.hpp"

#include <gtest/gtest.h>

namespace camwall {
namespace {

using namespace std::chrono_literals;

class rate_norm_test : public ::testing::Test {
protected:
  rate_norm_test() {
    sut_.begin_session(now_);
  }

  /// Reports four times a second, as workers do.
  void run(double rate, duration span) {
    for (auto end = now_ + span; now_ < end;) {
      now_ += 250ms;
      sut_.take(rate, now_);
    }
  }

  rate_norm sut_{{.low = 0.6, .high = 1.67, .after = 10s}};
  time_point now_{};
};

TEST_F(rate_norm_test, knows_what_is_usual_after_a_minute) {
  run(15, 60s);
  EXPECT_FALSE(sut_.usual());
  run(15, 10s);
  ASSERT_TRUE(sut_.usual());
  EXPECT_NEAR(*sut_.usual(), 15, 0.1);
}

TEST_F(rate_norm_test, is_off_after_ten_seconds_of_half_the_rate_and_back_after_ten_of_the_whole) {
  run(15, 100s);
  run(7.5, 10s);
  EXPECT_FALSE(sut_.off());
  run(7.5, 10s);
  EXPECT_TRUE(sut_.off());
  run(15, 9s);
  EXPECT_TRUE(sut_.off());
  run(15, 8s);
  EXPECT_FALSE(sut_.off());
}

TEST_F(rate_norm_test, is_off_when_pictures_come_ten_times_too_fast) {
  run(15, 100s);
  run(150, 15s);
  EXPECT_TRUE(sut_.off());
}

TEST_F(rate_norm_test, does_not_mind_a_pause_a_burst_or_a_rate_that_wavers) {
  run(15, 100s);
  for (int i = 0; i < 50; ++i) {
    run(3, 2s);
    run(20, 3s);
    EXPECT_FALSE(sut_.off()) << i;
  }
}

TEST_F(rate_norm_test, takes_a_change_that_stays_for_usual_within_an_hour) {
  run(15, 1h);
  run(5, 1min);
  EXPECT_TRUE(sut_.off());
  run(5, 59min);
  EXPECT_FALSE(sut_.off());
}

TEST_F(rate_norm_test, keeps_what_is_usual_over_a_session_that_ended) {
  run(15, 100s);
  run(5, 20s);
  EXPECT_TRUE(sut_.off());
  sut_.begin_session(now_);
  EXPECT_FALSE(sut_.off()) << "nothing is known of the new session";
  run(5, 20s);
  EXPECT_TRUE(sut_.off());
}

TEST_F(rate_norm_test, survives_what_a_worker_may_say) {
  for (double x : {0.0, -1.0, 1e308, 1e308}) {
    now_ += 250ms;
    sut_.take(x, now_);
  }
  run(15, 2h);
  EXPECT_TRUE(sut_.usual());
}

} // namespace
} // namespace camwall
