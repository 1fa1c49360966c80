#include "cli/liveness.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

namespace camwall::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Two parts whose queues the test serves, or does not.
class liveness_test : public ::testing::Test {
protected:
  std::deque<liveness::token> actors_;
  std::deque<liveness::token> media_;
  liveness sut_{{
    {"actors", [this](liveness::token x) { actors_.push_back(std::move(x)); }},
    {"media", [this](liveness::token x) { media_.push_back(std::move(x)); }},
  }};
};

TEST_F(liveness_test, names_a_part_that_does_not_come_to_its_turn) {
  actors_.clear();
  EXPECT_THAT(sut_.silent_parts(), ElementsAre("media"));
  actors_.clear();
  media_.clear();
  EXPECT_THAT(sut_.silent_parts(), IsEmpty());
  EXPECT_THAT(sut_.silent_parts(), ElementsAre("actors", "media"));
}

TEST_F(liveness_test, asks_a_part_that_hangs_only_once) {
  for (int i = 0; i < 1000; ++i)
    sut_.silent_parts();
  EXPECT_EQ(actors_.size(), 1u);
}

TEST_F(liveness_test, waits_for_all_that_hold_the_token) {
  auto second = actors_.front();
  actors_.clear();
  media_.clear();
  EXPECT_THAT(sut_.silent_parts(), ElementsAre("actors"));
  second.reset();
  media_.clear();
  EXPECT_THAT(sut_.silent_parts(), IsEmpty());
}

} // namespace
} // namespace camwall::cli
