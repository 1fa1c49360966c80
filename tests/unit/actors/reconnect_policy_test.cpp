#include "actors/reconnect_policy.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace camwall {
namespace {

using namespace std::chrono_literals;

class reconnect_policy_test : public ::testing::Test {
protected:
  double wait_s(reason why, duration live_for = 0s) {
    plan_ = policy_.after_failure(why, live_for, now_);
    now_ += plan_.wait;
    return std::chrono::duration<double>(plan_.wait).count();
  }

  void expect_about(double wanted, double found) {
    EXPECT_GE(found, wanted * 0.8);
    EXPECT_LE(found, wanted * 1.2);
  }

  reconnect_policy policy_{1};
  reconnect_policy::plan plan_;
  time_point now_ = time_point{} + 1h;
};

TEST_F(reconnect_policy_test, climbs_from_one_second_to_a_minute_and_stays_there) {
  for (auto wanted : {1, 2, 4, 8, 15, 30, 60, 60, 60})
    expect_about(wanted, wait_s(reason::refused));
}

TEST_F(reconnect_policy_test, restarts_at_once_after_ten_seconds_of_live) {
  wait_s(reason::crashed, 10s);
  EXPECT_TRUE(plan_.at_once);
  EXPECT_EQ(plan_.wait, duration::zero());
}

TEST_F(reconnect_policy_test, does_not_restart_at_once_after_a_shorter_life) {
  wait_s(reason::crashed, 9s);
  EXPECT_FALSE(plan_.at_once);
  EXPECT_GT(plan_.wait, duration::zero());
}

TEST_F(reconnect_policy_test, restarts_at_once_at_most_once_a_minute) {
  wait_s(reason::killed, 20s);
  EXPECT_TRUE(plan_.at_once);
  now_ += 20s;
  wait_s(reason::killed, 20s);
  EXPECT_FALSE(plan_.at_once);
  now_ += 60s;
  wait_s(reason::killed, 20s);
  EXPECT_TRUE(plan_.at_once);
}

TEST_F(reconnect_policy_test, forgives_after_a_minute_of_live) {
  for (int i = 0; i < 5; ++i)
    wait_s(reason::refused);
  wait_s(reason::ended, 60s); // At once.
  expect_about(1, wait_s(reason::refused));
}

TEST_F(reconnect_policy_test, does_not_forgive_after_a_short_flash_of_live) {
  for (int i = 0; i < 5; ++i)
    wait_s(reason::refused);
  expect_about(30, wait_s(reason::ended, 5s));
}

TEST_F(reconnect_policy_test, waits_35_minutes_after_two_refused_logins) {
  expect_about(1, wait_s(reason::auth));
  EXPECT_FALSE(plan_.hold_login);
  EXPECT_EQ(wait_s(reason::auth), 35 * 60);
  EXPECT_TRUE(plan_.hold_login);
  EXPECT_EQ(wait_s(reason::auth), 35 * 60);
}

TEST_F(reconnect_policy_test, counts_refused_logins_anew_once_the_camera_was_live) {
  wait_s(reason::auth);
  wait_s(reason::ended, 3s);
  wait_s(reason::auth);
  EXPECT_FALSE(plan_.hold_login);
}

TEST_F(reconnect_policy_test, waits_a_minute_for_a_path_that_is_not_there) {
  expect_about(60, wait_s(reason::not_found));
  expect_about(60, wait_s(reason::not_found));
}

TEST_F(reconnect_policy_test, gives_a_busy_camera_more_and_more_time) {
  for (auto wanted : {30, 60, 120, 120})
    expect_about(wanted, wait_s(reason::busy));
}

TEST_F(reconnect_policy_test, starts_afresh_when_an_operator_asks) {
  for (int i = 0; i < 6; ++i)
    wait_s(reason::auth);
  policy_.forget();
  expect_about(1, wait_s(reason::auth));
}

TEST_F(reconnect_policy_test, spreads_the_waits_of_different_cameras) {
  std::vector<duration> waits;
  for (std::uint64_t seed = 0; seed < 8; ++seed)
    waits.push_back(reconnect_policy{seed}.after_failure(reason::refused, 0s, now_).wait);
  std::sort(waits.begin(), waits.end());
  EXPECT_NE(waits.front(), waits.back());
  EXPECT_EQ(std::adjacent_find(waits.begin(), waits.end()), waits.end());
}

TEST_F(reconnect_policy_test, divides_all_waits_by_the_scale_of_a_test) {
  reconnect_policy fast{1, 10.0};
  EXPECT_LE(fast.after_failure(reason::refused, 0s, now_).wait, 120ms);
  fast.after_failure(reason::auth, 0s, now_);
  EXPECT_EQ(fast.after_failure(reason::auth, 0s, now_).wait, 210s);
}

} // namespace
} // namespace camwall
