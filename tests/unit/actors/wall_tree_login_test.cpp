#include "tests/unit/actors/wall_tree_fixture.hpp"

#include <gmock/gmock.h>

namespace camwall {
namespace {

/// A recorder: all of its channels log in to one account.
class wall_tree_login_test : public wall_tree_test {
protected:
  static constexpr int channels = 16;

  static std::string id(int channel) {
    return "ch" + std::to_string(channel);
  }

  void add_recorder() {
    for (int i = 0; i < channels; ++i) {
      add(id(i));
      config_.cameras.back().url = "rtsp://us:secret@nvr/" + id(i);
    }
  }

  /// Every worker that is launched meanwhile is refused.
  void refuse_for(duration span) {
    for (auto end = clock().current_time + span; clock().current_time < end; advance(1s))
      for (const auto& x : launcher_.all)
        if (!std::exchange(x->stopped, true)) {
          x->tell(media::failed{reason::auth, "401"});
          x->tell(media::worker_exited{});
        }
  }
};

TEST_F(wall_tree_login_test, shows_a_wrong_password_to_a_recorder_twice_whatever_its_channels) {
  add_recorder();
  start();
  refuse_for(34min);
  EXPECT_EQ(launcher_.all.size(), 2u);
  for (int i = 0; i < channels; ++i) {
    auto x = at(id(i));
    EXPECT_EQ(x.phase, phase::auth_failed) << i;
    EXPECT_EQ(x.reason, reason::auth);
    EXPECT_TRUE(x.next_try);
  }
  refuse_for(3min);
  EXPECT_EQ(launcher_.all.size(), 3u) << "one more, for all of them";
}

TEST_F(wall_tree_login_test, brings_all_channels_back_when_the_password_turns_out_to_be_right) {
  add_recorder();
  start();
  refuse_for(2min);
  ASSERT_EQ(launcher_.all.size(), 2u);
  order(id(7), camera_order::retry);
  ASSERT_EQ(launcher_.all.size(), 3u) << "an operator wants this try";
  for (std::size_t i = 2; i < launcher_.all.size(); ++i) {
    launcher_.all[i]->come_up();
    drain();
  }
  EXPECT_EQ(launcher_.all.size(), 2u + channels);
  for (int i = 0; i < channels; ++i)
    EXPECT_EQ(at(id(i)).phase, phase::live) << i;
}

TEST_F(wall_tree_login_test, holds_everybody_back_again_when_the_try_of_an_operator_is_refused) {
  add_recorder();
  start();
  refuse_for(2min);
  order(id(7), camera_order::retry);
  refuse_for(30min);
  EXPECT_EQ(launcher_.all.size(), 3u);
  EXPECT_EQ(at(id(7)).phase, phase::auth_failed);
}

TEST_F(wall_tree_login_test, an_order_that_was_turned_away_is_spent) {
  add_recorder();
  start();
  refuse_for(2min);
  order(id(7), camera_order::retry);
  order(id(8), camera_order::retry); // Waits for the first, and is turned away with it.
  refuse_for(30min);
  ASSERT_EQ(launcher_.all.size(), 3u);
  order(id(9), camera_order::retry);
  refuse_for(10min);
  EXPECT_EQ(launcher_.all.size(), 4u) << "the try that comes after the first hold obeys the second";
}

TEST_F(wall_tree_login_test, tries_a_second_channel_before_it_takes_a_password_for_wrong) {
  add_recorder();
  start();
  launcher_.all[0]->tell(media::failed{reason::auth, "this channel is not for you"});
  launcher_.all[0]->tell(media::worker_exited{});
  drain();
  ASSERT_EQ(launcher_.all.size(), 2u);
  EXPECT_NE(launcher_.all[1]->order.camera, launcher_.all[0]->order.camera);
  for (std::size_t i = 1; i < launcher_.all.size(); ++i) {
    launcher_.all[i]->come_up();
    drain();
  }
  EXPECT_EQ(launcher_.all.size(), 1u * channels) << "the others play";
}

TEST_F(wall_tree_login_test, a_channel_that_its_account_may_not_see_costs_the_others_nothing) {
  for (int i = 0; i < 2; ++i) {
    add(id(i));
    config_.cameras.back().url = "rtsp://us:secret@nvr/" + id(i);
  }
  start();
  launcher_.of(id(0))[0]->come_up();
  drain();
  for (int i = 0; i < 2; ++i) {
    launcher_.of(id(1)).back()->tell(media::failed{reason::auth, "401"});
    launcher_.of(id(1)).back()->tell(media::worker_exited{});
    live_for(id(0), 2s);
  }
  EXPECT_EQ(at(id(1)).phase, phase::auth_failed);
  live_for(id(0), 15s);
  launcher_.of(id(0))[0]->end_by(SIGKILL);
  drain();
  EXPECT_EQ(launcher_.of(id(0)).size(), 2u) << "at once";
}

} // namespace
} // namespace camwall
