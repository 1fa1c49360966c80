#include "tests/unit/actors/stream_machine_fixture.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace camwall {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using act = stream_act;

class stream_machine_orders_test : public stream_machine_test {};

TEST_F(stream_machine_orders_test, starts_on_demand_only_when_somebody_watches) {
  rules_.on_demand = true;
  make();
  EXPECT_THAT(machine_->enable(now_), IsEmpty());
  EXPECT_EQ(machine_->phase(), phase::idle);
  EXPECT_THAT(machine_->demand(now_), ElementsAre(act::ask_for_slot));
}

TEST_F(stream_machine_orders_test, stops_on_demand_after_the_linger) {
  rules_.on_demand = true;
  make();
  machine_->enable(now_);
  machine_->demand(now_);
  connect();
  auto begin = now_;
  stream_acts acts;
  while (acts.empty() && now_ < begin + 60s) {
    now_ += 250ms;
    acts = machine_->tick(now_);
    progress();
    told(media::segment_published{});
  }
  EXPECT_THAT(acts, ElementsAre(act::stop_worker));
  EXPECT_EQ(now_ - begin, 30s);
  told(media::worker_exited{});
  EXPECT_EQ(machine_->phase(), phase::idle);
  EXPECT_FALSE(machine_->deadline());
}

TEST_F(stream_machine_orders_test, starts_again_when_a_viewer_comes_while_it_stops) {
  rules_.on_demand = true;
  make();
  machine_->enable(now_);
  machine_->demand(now_);
  connect();
  now_ += 31s;
  ASSERT_THAT(machine_->tick(now_), Contains(act::stop_worker));
  machine_->demand(now_);
  EXPECT_THAT(told(media::worker_exited{}),
              Contains(::testing::AnyOf(act::ask_for_slot, act::ask_for_slot_urgent)));
}

TEST_F(stream_machine_orders_test, gives_up_the_wait_of_a_camera_that_nobody_wants_any_more) {
  rules_.on_demand = true;
  make();
  machine_->enable(now_);
  machine_->demand(now_);
  machine_->slot_granted(now_);
  told(media::failed{reason::not_found, "404"});
  told(media::worker_exited{});
  EXPECT_EQ(machine_->phase(), phase::backoff);
  now_ += 30s;
  machine_->tick(now_);
  EXPECT_EQ(machine_->phase(), phase::idle);
}

TEST_F(stream_machine_orders_test,
       a_wait_that_an_operator_ended_does_not_come_back_after_it_was_live) {
  bring_up();
  now_ += 5s;
  for (int i = 0; i < 5; ++i) {
    told(media::failed{reason::refused, "connection refused"});
    told(media::worker_exited{});
    machine_->retry_now(now_);
    machine_->slot_granted(now_);
  }
  connect();
  ASSERT_EQ(machine_->phase(), phase::live);
  machine_->disable(now_);
  told(media::worker_exited{});
  ASSERT_EQ(machine_->phase(), phase::disabled);
  EXPECT_THAT(machine_->enable(now_), ElementsAre(act::ask_for_slot));
  EXPECT_EQ(machine_->phase(), phase::connecting);
}

TEST_F(stream_machine_orders_test, stays_off_until_it_is_enabled_again) {
  bring_up();
  machine_->disable(now_);
  EXPECT_THAT(machine_->enable(now_), IsEmpty()) << "the worker has to end first";
  EXPECT_THAT(told(media::worker_exited{}),
              ElementsAre(::testing::AnyOf(act::ask_for_slot, act::ask_for_slot_urgent)));
  machine_->disable(now_);
  EXPECT_EQ(machine_->phase(), phase::disabled);
  now_ += 1h;
  EXPECT_THAT(machine_->retry_now(now_), IsEmpty());
  EXPECT_THAT(machine_->restart(now_), IsEmpty());
  EXPECT_THAT(machine_->demand(now_), IsEmpty());
  EXPECT_THAT(machine_->enable(now_), ElementsAre(act::ask_for_slot));
}

TEST_F(stream_machine_orders_test, replaces_its_worker_when_told_to_restart) {
  bring_up();
  live_for(5s);
  EXPECT_THAT(machine_->restart(now_), ElementsAre(act::stop_worker));
  EXPECT_EQ(machine_->phase(), phase::connecting);
  EXPECT_EQ(machine_->reason(), reason::none) << "an order is no fault";
  EXPECT_THAT(told(media::worker_exited{}), ElementsAre(act::ask_for_slot_urgent));
  connect();
  EXPECT_EQ(machine_->restarts(), stream_machine::counts{});
}

TEST_F(stream_machine_orders_test, kills_a_worker_that_does_not_end_for_a_restart) {
  bring_up();
  machine_->restart(now_);
  auto [acts, took] = run_to_act();
  EXPECT_THAT(acts, ElementsAre(act::kill_worker));
  EXPECT_EQ(took, 1s);
  EXPECT_THAT(exit_by(SIGKILL), ElementsAre(act::ask_for_slot_urgent));
}

TEST_F(stream_machine_orders_test, tries_at_once_when_told_to) {
  make();
  machine_->enable(now_);
  machine_->slot_granted(now_);
  told(media::failed{reason::not_found, "404"});
  told(media::worker_exited{});
  EXPECT_THAT(machine_->retry_now(now_), ElementsAre(act::ask_for_slot));
  machine_->slot_granted(now_);
  EXPECT_THAT(machine_->retry_now(now_), IsEmpty()) << "a try is under way";
}

TEST_F(stream_machine_orders_test, forgets_its_failures_at_a_restart_only) {
  make();
  machine_->enable(now_);
  auto refuse = [this] {
    machine_->slot_granted(now_);
    told(media::failed{reason::auth, "401"});
    told(media::worker_exited{});
  };
  refuse();
  run_to_act();
  refuse();
  machine_->retry_now(now_);
  refuse();
  EXPECT_EQ(machine_->phase(), phase::auth_failed) << "one try, and held back again";
  EXPECT_THAT(machine_->restart(now_), ElementsAre(act::ask_for_slot_urgent));
  refuse();
  EXPECT_EQ(machine_->phase(), phase::backoff);
  EXPECT_EQ(machine_->attempts(), 1u);
}

TEST_F(stream_machine_orders_test, does_not_restart_what_nobody_watches) {
  rules_.on_demand = true;
  make();
  machine_->enable(now_);
  EXPECT_THAT(machine_->restart(now_), IsEmpty());
  EXPECT_EQ(machine_->phase(), phase::idle);
}

TEST_F(stream_machine_orders_test,
       logs_in_twice_in_35_minutes_whether_viewers_stay_or_come_and_go) {
  for (bool on_demand : {false, true}) {
    rules_.on_demand = on_demand;
    make();
    std::vector<time_point> logins;
    auto note = [&](const stream_acts& acts) {
      for (auto x : acts)
        if (x == act::ask_for_slot || x == act::ask_for_slot_urgent) {
          machine_->slot_granted(now_);
          logins.push_back(now_);
          told(media::failed{reason::auth, "401"});
          told(media::worker_exited{});
        }
    };
    auto begin = now_;
    note(machine_->enable(now_));
    for (; now_ < begin + 3h; now_ += 1s) {
      if (on_demand && (now_ - begin) % 41s == 0s)
        note(machine_->demand(now_)); // Gone again after the linger of 30 s.
      note(machine_->tick(now_));
    }
    EXPECT_GE(logins.size(), 5u) << "it does not give up";
    for (std::size_t i = 2; i < logins.size(); ++i)
      EXPECT_GE(logins[i] - logins[i - 2], 35min) << on_demand << ' ' << i;
  }
}

TEST_F(stream_machine_orders_test, shows_why_it_waits_when_a_viewer_comes_back) {
  rules_.on_demand = true;
  make();
  machine_->enable(now_);
  machine_->demand(now_);
  machine_->slot_granted(now_);
  told(media::failed{reason::not_found, "404"});
  told(media::worker_exited{});
  now_ += 31s;
  machine_->tick(now_);
  ASSERT_EQ(machine_->phase(), phase::idle);
  EXPECT_THAT(machine_->demand(now_), IsEmpty());
  EXPECT_EQ(machine_->phase(), phase::backoff);
  EXPECT_EQ(machine_->reason(), reason::not_found);
}

} // namespace
} // namespace camwall
