#include "tests/unit/actors/stream_machine_fixture.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace camwall {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using act = stream_act;

TEST_F(stream_machine_test, asks_the_gate_before_it_launches) {
  make();
  EXPECT_EQ(machine_->phase(), phase::disabled);
  EXPECT_THAT(machine_->enable(now_), ElementsAre(act::ask_for_slot));
  EXPECT_EQ(machine_->phase(), phase::connecting);
  EXPECT_THAT(machine_->slot_granted(now_), ElementsAre(act::launch));
}

TEST_F(stream_machine_test, returns_its_slot_when_the_camera_answered_play) {
  make();
  machine_->enable(now_);
  machine_->slot_granted(now_);
  EXPECT_THAT(told(media::opened{}), ElementsAre(act::return_slot));
  EXPECT_EQ(machine_->phase(), phase::connecting);
  progress();
  EXPECT_EQ(machine_->phase(), phase::live);
}

TEST_F(stream_machine_test, holds_a_slot_three_seconds_at_most) {
  make();
  machine_->enable(now_);
  machine_->slot_granted(now_);
  auto [acts, took] = run_to_act();
  EXPECT_THAT(acts, ElementsAre(act::return_slot));
  EXPECT_EQ(took, 3s);
}

TEST_F(stream_machine_test, kills_a_worker_that_does_not_report_within_the_open_deadline) {
  make();
  machine_->enable(now_);
  machine_->slot_granted(now_);
  run_to_act(); // The slot.
  auto begin = now_;
  auto acts = run_to_act().first;
  EXPECT_THAT(acts, Contains(act::kill_worker));
  EXPECT_EQ(now_ - begin, 8s) << "three of the eleven seconds passed before";
  EXPECT_EQ(machine_->reason(), reason::timeout);
}

TEST_F(stream_machine_test, notices_a_silent_worker_within_its_deadline_and_half_a_second) {
  bring_up();
  live_for(30s);
  auto last = *machine_->last_access_unit();
  auto acts = run_to_act().first;
  EXPECT_THAT(acts, ElementsAre(act::kill_worker));
  EXPECT_LE(now_ - last, 2500ms);
  EXPECT_GE(now_ - last, 2s);
  EXPECT_EQ(machine_->phase(), phase::stale);
  EXPECT_EQ(machine_->reason(), reason::stalled);
  EXPECT_THAT(exit_by(SIGKILL), ElementsAre(act::ask_for_slot_urgent));
  EXPECT_EQ(machine_->phase(), phase::stale) << "until it is live again";
}

TEST_F(stream_machine_test, takes_an_end_by_the_sandbox_for_a_killing_and_not_for_a_crash) {
  bring_up();
  exit_by(SIGSYS);
  EXPECT_EQ(machine_->reason(), reason::killed);
}

TEST_F(stream_machine_test, counts_a_stall_that_it_ended_itself_as_stalled_and_not_as_killed) {
  bring_up();
  live_for(30s);
  run_to_act();
  exit_by(SIGKILL);
  auto count = [&](reason why) {
    auto i = std::find(all_reasons.begin(), all_reasons.end(), why) - all_reasons.begin();
    return machine_->restarts()[static_cast<std::size_t>(i)];
  };
  EXPECT_EQ(count(reason::stalled), 1u);
  EXPECT_EQ(count(reason::killed), 0u);
}

TEST_F(stream_machine_test, kills_a_worker_that_reports_frames_but_publishes_nothing) {
  bring_up();
  live_for(5s);
  auto begin = now_;
  stream_acts acts;
  while (acts.empty() && now_ < begin + 60s) {
    progress(1.0);
    now_ += 250ms;
    acts = machine_->tick(now_);
  }
  EXPECT_THAT(acts, ElementsAre(act::kill_worker));
  EXPECT_LE(now_ - begin, 2 * 1s + 1s + 500ms);
}

TEST_F(stream_machine_test, waits_for_the_long_gop_that_it_learned) {
  bring_up();
  progress(10.0);
  told(media::segment_published{});
  for (int i = 0; i < 4 * 20; ++i) {
    now_ += 250ms;
    ASSERT_THAT(machine_->tick(now_), IsEmpty()) << i;
    progress(10.0);
  }
}

TEST_F(stream_machine_test, restarts_a_killed_worker_at_once_and_ahead_of_others) {
  bring_up();
  live_for(15s);
  EXPECT_THAT(exit_by(SIGKILL), ElementsAre(act::ask_for_slot_urgent));
  EXPECT_EQ(machine_->reason(), reason::killed);
  EXPECT_EQ(machine_->phase(), phase::connecting);
  connect();
  EXPECT_EQ(machine_->reason(), reason::none);
  EXPECT_EQ(machine_->attempts(), 0u);
}

TEST_F(stream_machine_test, calls_a_worker_that_broke_crashed) {
  bring_up();
  live_for(15s);
  exit_by(SIGSEGV);
  EXPECT_EQ(machine_->reason(), reason::crashed);
}

TEST_F(stream_machine_test, treats_the_first_failed_connect_like_any_other) {
  make();
  machine_->enable(now_);
  machine_->slot_granted(now_);
  EXPECT_THAT(told(media::failed{reason::refused, "nobody listens"}),
              ElementsAre(act::return_slot));
  EXPECT_THAT(told(media::worker_exited{}), IsEmpty());
  EXPECT_EQ(machine_->phase(), phase::backoff);
  EXPECT_EQ(machine_->reason(), reason::refused);
  EXPECT_EQ(machine_->attempts(), 1u);
  auto [acts, took] = run_to_act();
  EXPECT_THAT(acts, ElementsAre(act::ask_for_slot));
  EXPECT_GE(took, 800ms);
  EXPECT_LE(took, 1200ms);
}

TEST_F(stream_machine_test, holds_a_camera_back_whose_password_is_refused) {
  make();
  machine_->enable(now_);
  for (int i = 0; i < 2; ++i) {
    machine_->slot_granted(now_);
    told(media::failed{reason::auth, "401"});
    told(media::worker_exited{});
    if (i == 0)
      run_to_act();
  }
  EXPECT_EQ(machine_->phase(), phase::auth_failed);
  EXPECT_EQ(run_to_act().second, 35min);
}

TEST_F(stream_machine_test, kills_a_worker_that_said_failed_but_does_not_end) {
  make();
  machine_->enable(now_);
  machine_->slot_granted(now_);
  told(media::failed{reason::protocol, "garbage"});
  auto [acts, took] = run_to_act();
  EXPECT_THAT(acts, ElementsAre(act::kill_worker));
  EXPECT_EQ(took, 1s);
}

TEST_F(stream_machine_test, stops_its_worker_when_disabled) {
  bring_up();
  EXPECT_THAT(machine_->disable(now_), ElementsAre(act::stop_worker));
  told(media::worker_exited{});
  EXPECT_EQ(machine_->phase(), phase::disabled);
  EXPECT_FALSE(machine_->deadline());
}

TEST_F(stream_machine_test, takes_its_question_back_when_disabled_before_the_gate_answers) {
  make();
  machine_->enable(now_);
  EXPECT_THAT(machine_->disable(now_), ElementsAre(act::return_slot));
  EXPECT_THAT(machine_->slot_granted(now_), ElementsAre(act::return_slot));
  EXPECT_EQ(machine_->phase(), phase::disabled);
}

TEST_F(stream_machine_test, restarts_once_for_a_frozen_picture_and_then_every_five_minutes) {
  bring_up();
  live_for(40s);
  std::vector<duration> restarts;
  for (auto begin = now_; now_ < begin + 12min;) {
    auto acts = told(media::picture_judged{.conditions = {{condition::frozen, 30}}, .decoded = 9});
    if (acts.empty()) {
      live_for(2s);
      ASSERT_THAT(machine_->conditions(), ::testing::SizeIs(1));
      continue;
    }
    restarts.push_back(now_ - begin);
    EXPECT_THAT(acts, ElementsAre(act::stop_worker));
    EXPECT_EQ(machine_->phase(), phase::stale);
    EXPECT_EQ(machine_->reason(), reason::stalled);
    EXPECT_THAT(machine_->conditions(), IsEmpty()) << "they belong to live";
    EXPECT_THAT(told(media::worker_exited{}), ElementsAre(act::ask_for_slot_urgent));
    connect();
    EXPECT_THAT(machine_->conditions(), ::testing::SizeIs(1)) << "never LIVE in between";
    live_for(30s);
  }
  EXPECT_THAT(restarts, ElementsAre(0s, 5min, 10min));
}

TEST_F(stream_machine_test,
       restarts_a_frozen_camera_by_its_own_clock_when_the_worker_says_no_more) {
  bring_up();
  live_for(40s);
  auto begin = now_;
  told(media::picture_judged{.conditions = {{condition::frozen, 30}}, .decoded = 9});
  told(media::worker_exited{});
  connect();
  auto again = stream_acts{};
  while (again.empty() && now_ < begin + 10min) {
    again = machine_->tick(now_ += 250ms);
    progress();
    told(media::segment_published{});
  }
  EXPECT_THAT(again, ElementsAre(act::stop_worker));
  EXPECT_EQ(now_ - begin, 5min);
}

TEST_F(stream_machine_test, only_reports_a_black_picture) {
  bring_up();
  live_for(20s);
  EXPECT_THAT(told(media::picture_judged{.conditions = {{condition::black, 10}}}), IsEmpty());
  EXPECT_EQ(machine_->phase(), phase::live);
  ASSERT_THAT(machine_->conditions(), ::testing::SizeIs(1));
  EXPECT_EQ(machine_->conditions()[0].since, now_ - 10s);
  live_for(10min);
}

TEST_F(stream_machine_test, has_no_conditions_while_it_is_not_live) {
  bring_up();
  live_for(20s);
  told(media::picture_judged{.conditions = {{condition::black, 10}}});
  exit_by(SIGKILL);
  EXPECT_THAT(machine_->conditions(), IsEmpty());
  connect();
  EXPECT_THAT(machine_->conditions(), IsEmpty()) << "the new worker has not seen it";
}

TEST_F(stream_machine_test, never_gives_a_crash_loop_up) {
  make();
  machine_->enable(now_);
  for (int i = 0; i < 200; ++i) {
    machine_->slot_granted(now_);
    exit_by(SIGSEGV);
    auto [acts, took] = run_to_act();
    ASSERT_THAT(acts, ElementsAre(act::ask_for_slot)) << i;
    ASSERT_LE(took, 72s);
  }
}

} // namespace
} // namespace camwall
