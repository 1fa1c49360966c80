#include "media/server/fact_guard.hpp"

#include <gtest/gtest.h>

namespace camwall::media {
namespace {

using namespace std::chrono_literals;
using verdict = fact_guard::verdict;

class fact_guard_test : public ::testing::Test {
protected:
  static open_order order() {
    open_order x;
    x.media_sequence = 100;
    x.discontinuity_sequence = 7;
    return x;
  }

  static segment_published segment(std::uint64_t media, std::uint64_t discontinuity = 7) {
    return {.media_sequence = media, .discontinuity_sequence = discontinuity, .duration_s = 1};
  }

  fact_guard::clock::time_point now_{};
  fact_guard guard_{order(), now_};
};

TEST_F(fact_guard_test, lets_a_worker_say_what_it_has_to_in_its_order) {
  EXPECT_EQ(guard_.check(confined{.enforced = true, .missing = {}}), verdict::fine);
  EXPECT_EQ(guard_.check(opened{}), verdict::fine);
  EXPECT_EQ(guard_.check(progress{}), verdict::fine);
  EXPECT_EQ(guard_.check(segment(100)), verdict::fine);
  EXPECT_EQ(guard_.check(segment(101, 8)), verdict::fine);
  EXPECT_EQ(guard_.check(opened{}), verdict::fine) << "new parameter sets";
  EXPECT_EQ(guard_.check(failed{}), verdict::fine);
}

TEST_F(fact_guard_test, refuses_what_comes_before_opened_or_after_failed) {
  EXPECT_EQ(guard_.check(progress{}), verdict::wrong);
  EXPECT_EQ(guard_.check(segment(100)), verdict::wrong);
  EXPECT_EQ(guard_.check(failed{}), verdict::fine) << "a camera that was never opened";
  EXPECT_EQ(guard_.check(opened{}), verdict::wrong);
  EXPECT_EQ(guard_.complaint(), "a message after its last");
}

TEST_F(fact_guard_test, lets_a_probe_say_that_it_is_confined_and_then_one_thing) {
  for (const auto& last : {fact{probed{}}, fact{failed{}}}) {
    fact_guard x{probe_order{}, now_};
    EXPECT_EQ(x.check(confined{}), verdict::fine);
    EXPECT_EQ(x.check(last), verdict::fine);
    EXPECT_EQ(x.check(last), verdict::wrong) << "the same again";
  }
}

TEST_F(fact_guard_test, refuses_what_only_others_may_say) {
  for (const auto& what : {fact{opened{}}, fact{progress{}}, fact{segment(0)}})
    EXPECT_EQ((fact_guard{probe_order{}, now_}).check(what), verdict::wrong);
  EXPECT_EQ(guard_.check(probed{}), verdict::wrong);
}

TEST_F(fact_guard_test, refuses_numbers_that_go_back_or_leap) {
  guard_.check(opened{});
  EXPECT_EQ(guard_.check(segment(99)), verdict::wrong);
  EXPECT_EQ(guard_.check(segment(100 + fact_guard::sequence_step_max + 1)), verdict::wrong);
  EXPECT_EQ(guard_.check(segment(~std::uint64_t{0})), verdict::wrong);
  EXPECT_EQ(guard_.check(segment(100, 6)), verdict::wrong);
  EXPECT_EQ(guard_.check(segment(100, ~std::uint64_t{0})), verdict::wrong);
  EXPECT_EQ(guard_.check(segment(100)), verdict::fine);
  EXPECT_EQ(guard_.check(segment(100)), verdict::wrong) << "the same again";
}

TEST_F(fact_guard_test, takes_a_burst_and_then_so_many_a_second) {
  auto taken = 0.0;
  while (guard_.admit(now_) == verdict::fine)
    ++taken;
  EXPECT_EQ(taken, fact_guard::messages_burst_max);
  EXPECT_EQ(guard_.admit(now_ + 1ms), verdict::too_many);
  now_ += 1s;
  for (taken = 0; guard_.admit(now_) == verdict::fine;)
    ++taken;
  EXPECT_NEAR(taken, fact_guard::messages_per_second_max, 1);
}

TEST_F(fact_guard_test, never_tires_of_an_honest_worker) {
  for (int i = 0; i < 100'000; ++i)
    ASSERT_EQ(guard_.admit(now_ += 20ms), verdict::fine);
}

} // namespace
} // namespace camwall::media
