#pragma once

#include "actors/stream_machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace camwall {

using namespace std::chrono_literals;

/// A stream under a made-up clock, with what happens to it in short words.
class stream_machine_test : public ::testing::Test {
protected:
  stream_machine_test() {
    rules_.seed = 7;
  }

  void make() {
    machine_.emplace(rules_);
  }

  stream_acts told(const media::worker_event& what) {
    return machine_->event(what, now_);
  }

  stream_acts progress(double gop_s = 1.0) {
    return told(media::progress{.frames = ++frames_, .gop_s = gop_s});
  }

  /// From nothing to live.
  void bring_up() {
    if (!machine_)
      make();
    machine_->enable(now_);
    connect();
  }

  void connect() {
    machine_->slot_granted(now_);
    told(media::worker_started{42});
    told(media::opened{.video = "h264"});
    progress();
    told(media::segment_published{});
    ASSERT_EQ(machine_->phase(), phase::live);
  }

  /// Lives on in steps of a quarter of a second, as a healthy camera does.
  void live_for(duration span) {
    for (auto until = now_ + span; now_ < until; now_ += 250ms) {
      ASSERT_THAT(machine_->tick(now_), ::testing::IsEmpty());
      progress();
      told(media::segment_published{});
    }
  }

  /// Lets time pass until the machine wants something done; gives that, and how long it took.
  std::pair<stream_acts, duration> run_to_act(duration at_most = 1h) {
    auto begin = now_;
    while (machine_->deadline() && *machine_->deadline() - begin <= at_most) {
      now_ = std::max(now_, *machine_->deadline());
      auto acts = machine_->tick(now_);
      if (!acts.empty())
        return {acts, now_ - begin};
    }
    return {};
  }

  stream_acts exit_by(int signal) {
    return told(media::worker_exited{.signalled = true, .code = signal, .detail = "gone"});
  }

  stream_rules rules_;
  std::optional<stream_machine> machine_;
  time_point now_ = time_point{} + 1h;
  std::uint64_t frames_ = 0;
};

} // namespace camwall
