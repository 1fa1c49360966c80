#pragma once

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace camwall::test {

/// Runs actors on the calling thread under a clock that moves only when told: hours of supervision
/// in a millisecond.
class virtual_time : public ::testing::Test {
protected:
  struct caf_config : caf::actor_system_config {
    caf_config() {
      set("scheduler.policy", caf::atom("testing"));
      set("logger.file-verbosity", caf::atom("quiet"));
      set("logger.console-verbosity", caf::atom("quiet"));
    }
  };

  virtual_time() {
    clock().current_time += std::chrono::hours{1}; // So that "now" is not "never".
  }

  /// Ends all actors while the members of derived fixtures still exist.
  void TearDown() override {
    for (auto i = adopted_.rbegin(); i != adopted_.rend(); ++i)
      caf::anon_send_exit(*i, caf::exit_reason::kill);
    adopted_.clear();
    drain();
  }

  /// Registers an actor to be ended with the test.
  caf::actor adopt(caf::actor x) {
    adopted_.push_back(x);
    drain();
    return x;
  }

  /// Delivers all messages that are due now.
  void drain() {
    scheduler().run();
  }

  /// Moves time forward and stops at every timer on the way.
  void advance(caf::timespan delta) {
    drain();
    auto target = clock().current_time + delta;
    while (!clock().schedule().empty() && clock().schedule().begin()->first <= target) {
      auto due = clock().schedule().begin()->first;
      clock().advance_time(std::max(due - clock().current_time, caf::timespan{0}));
      drain();
    }
    clock().advance_time(target - clock().current_time);
    drain();
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }

  caf::detail::test_actor_clock& clock() {
    return scheduler().clock();
  }

  caf_config cfg;
  caf::actor_system system{cfg};

private:
  std::vector<caf::actor> adopted_;
};

} // namespace camwall::test
