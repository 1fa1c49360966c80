#include "actors/connect_gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace camwall {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class connect_gate_test : public ::testing::Test {
protected:
  std::vector<connect_gate::ticket> ask(connect_gate::ticket who, const std::string& host = "") {
    return gate_.ask(who, host.empty() ? "host" + std::to_string(who) : host, "", false, false);
  }

  connect_gate gate_{{.slots = 4, .slots_per_host = 2}};
};

TEST_F(connect_gate_test, lets_four_go_at_once_and_the_next_when_one_returns) {
  for (connect_gate::ticket i = 1; i <= 4; ++i)
    EXPECT_THAT(ask(i), ElementsAre(i));
  EXPECT_THAT(ask(5), IsEmpty());
  EXPECT_THAT(ask(6), IsEmpty());
  EXPECT_THAT(gate_.give_back(2), ElementsAre(5));
  EXPECT_EQ(gate_.held(), 4u);
}

TEST_F(connect_gate_test, lets_two_of_one_host_go) {
  EXPECT_THAT(ask(1, "nvr:554"), ElementsAre(1));
  EXPECT_THAT(ask(2, "nvr:554"), ElementsAre(2));
  EXPECT_THAT(ask(3, "nvr:554"), IsEmpty());
  EXPECT_THAT(ask(4, "other:554"), ElementsAre(4)) << "a busy host holds up the others";
  EXPECT_THAT(gate_.give_back(1), ElementsAre(3));
}

TEST_F(connect_gate_test, puts_those_that_were_live_first) {
  for (connect_gate::ticket i = 1; i <= 4; ++i)
    ask(i);
  ask(5);
  gate_.ask(6, "host6", "", true, false);
  EXPECT_THAT(gate_.give_back(1), ElementsAre(6));
  EXPECT_THAT(gate_.give_back(2), ElementsAre(5));
}

TEST_F(connect_gate_test, keeps_half_of_the_slots_free_of_long_dead_cameras) {
  for (connect_gate::ticket i = 1; i <= 40; ++i)
    gate_.ask(i, "dead" + std::to_string(i), "", false, true);
  EXPECT_EQ(gate_.held(), 2u);
  EXPECT_THAT(ask(50), ElementsAre(50));
  EXPECT_THAT(ask(51), ElementsAre(51));
}

TEST_F(connect_gate_test, never_holds_more_than_four_of_64_that_come_at_once) {
  for (connect_gate::ticket i = 1; i <= 64; ++i)
    gate_.ask(i, "host" + std::to_string(i), "", i % 3 == 0, i % 2 == 0);
  std::size_t gone = 0;
  for (connect_gate::ticket round = 0; round < 1000 && gone < 64; ++round) {
    EXPECT_LE(gate_.held(), 4u);
    auto before = gate_.held() + gate_.waiting();
    gate_.give_back(round % 64 + 1);
    gone += before - gate_.held() - gate_.waiting();
  }
  EXPECT_EQ(gone, 64u);
}

TEST_F(connect_gate_test, takes_a_question_back) {
  for (connect_gate::ticket i = 1; i <= 5; ++i)
    ask(i);
  EXPECT_THAT(gate_.give_back(5), IsEmpty());
  EXPECT_EQ(gate_.waiting(), 0u);
}

TEST_F(connect_gate_test, tries_a_login_that_is_not_known_to_be_right_one_at_a_time) {
  auto with = [this](connect_gate::ticket who, const std::string& login) {
    return gate_.ask(who, "nvr:554", login, false, false);
  };
  EXPECT_THAT(with(1, "us:one@nvr"), ElementsAre(1));
  EXPECT_THAT(with(2, "us:one@nvr"), IsEmpty());
  EXPECT_THAT(with(3, "us:two@nvr"), ElementsAre(3)) << "another login";
  EXPECT_THAT(gate_.give_back(3), IsEmpty());
  EXPECT_THAT(with(4, "us:one@nvr"), IsEmpty());
  EXPECT_THAT(gate_.trust("us:one@nvr"), ElementsAre(2));
  EXPECT_THAT(gate_.give_back(1), ElementsAre(4));
}

TEST_F(connect_gate_test, turns_away_who_waits_with_a_wrong_login) {
  for (connect_gate::ticket i = 1; i <= 4; ++i)
    gate_.ask(i, "nvr:554", i == 4 ? "other@nvr" : "us@nvr", i == 3, false);
  EXPECT_THAT(gate_.turn_away("us@nvr"), ElementsAre(3, 2));
  EXPECT_THAT(gate_.give_back(1), IsEmpty());
  EXPECT_EQ(gate_.waiting(), 0u);
}

TEST_F(connect_gate_test, ignores_a_ticket_that_it_does_not_know) {
  EXPECT_THAT(gate_.give_back(99), IsEmpty());
  EXPECT_EQ(gate_.held(), 0u);
}

} // namespace
} // namespace camwall
