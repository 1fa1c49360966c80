#include "media/server/worker_prober.hpp"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <deque>
#include <map>
#include <sstream>
#include <utility>

namespace camwall::media {
namespace {

using namespace std::chrono_literals;

class worker_prober_test : public ::testing::Test {
protected:
  struct worker {
    probe_order order;
    std::function<void(worker_event)> tell;
    bool stopped = false;
    bool killed = false;
  };

  struct handle final : worker_handle {
    explicit handle(std::shared_ptr<worker> x) : worker_(std::move(x)) {
      // nop
    }
    void stop() override {
      worker_->stopped = true;
    }
    void kill() override {
      worker_->killed = true;
    }
    std::shared_ptr<worker> worker_;
  };

  /// Asks, and lets the media I/O thread do what it was asked. Returns where the report will be.
  std::shared_ptr<std::vector<probe_report>> probe(const std::string& url,
                                                   std::chrono::milliseconds deadline = 10s) {
    auto out = std::make_shared<std::vector<probe_report>>();
    last_ = prober_.probe({.url = url, .deadline = deadline},
                          [out](probe_report x) { out->push_back(std::move(x)); });
    run_jobs();
    return out;
  }

  void cancel(camera_prober::probe_id which) {
    prober_.cancel(which);
    run_jobs();
  }

  void run_jobs() {
    while (!jobs_.empty())
      std::exchange(jobs_.front(), nullptr)(), jobs_.pop_front();
  }

  void exit(std::size_t number, int signal = 0) {
    workers_[number]->tell(
      worker_exited{.signalled = signal != 0, .code = signal, .detail = "it ended"});
  }

  void fire_timers() {
    for (auto& [id, timer] : std::exchange(timers_, {}))
      timer.second();
  }

  std::deque<std::function<void()>> jobs_;
  std::map<event_loop::timer_id, std::pair<std::chrono::milliseconds, std::function<void()>>>
    timers_;
  event_loop::timer_id last_timer_ = 0;
  camera_prober::probe_id last_ = 0;
  std::vector<std::shared_ptr<worker>> workers_;
  std::vector<std::string> limits_;
  worker_prober prober_{
    {.post = [this](auto job) { jobs_.push_back(std::move(job)); },
     .call_after =
       [this](auto delay, auto job) {
         timers_[++last_timer_] = {delay, std::move(job)};
         return last_timer_;
       },
     .cancel = [this](auto id) { timers_.erase(id); }},
    [this](probe_order order, auto sink) {
      workers_.push_back(std::make_shared<worker>(worker{std::move(order), std::move(sink)}));
      return std::make_unique<handle>(workers_.back());
    },
    {.on_limit = [this](std::string_view x) { limits_.emplace_back(x); }}};
};

TEST_F(worker_prober_test, tells_what_the_worker_found_when_the_worker_has_ended) {
  auto told = probe("rtsp://admin:secret@gate/live");
  ASSERT_EQ(workers_.size(), 1U);
  EXPECT_EQ(workers_[0]->order.url, "rtsp://admin:secret@gate/live");
  EXPECT_LT(workers_[0]->order.deadline_s, 10) << "it has its say before it would be killed";
  workers_[0]->tell(probed{.transport = "tcp", .video = "h265", .width = 640, .height = 360});
  EXPECT_TRUE(told->empty()) << "its session may still be open";
  exit(0);
  ASSERT_EQ(told->size(), 1U);
  const auto& x = told->front();
  EXPECT_EQ(x.reason, reason::none);
  EXPECT_EQ(x.shown_url, "rtsp://***@gate/live");
  EXPECT_EQ(x.video, "h265");
  EXPECT_EQ(x.plays.front(), "mse_some_browsers");
  EXPECT_EQ(x.advices.front().code, "h265");
  EXPECT_TRUE(timers_.empty());
}

TEST_F(worker_prober_test, tells_why_there_is_nothing_without_secrets_or_control_characters) {
  auto told = probe("rtsp://admin:s%40cret@gate/live");
  workers_[0]->tell(
    failed{.why = reason::auth, .detail = "401 for s@cret at rtsp://a:b@c/\x1b[31m"});
  exit(0);
  EXPECT_EQ(told->at(0).reason, reason::auth);
  EXPECT_EQ(told->at(0).detail, "401 for *** at rtsp://***@c/?[31m");
  EXPECT_TRUE(told->at(0).plays.empty());
}

TEST_F(worker_prober_test, kills_at_the_deadline_and_says_so_once) {
  auto told = probe("rtsp://gate/live", 3s);
  ASSERT_EQ(timers_.size(), 1U);
  EXPECT_EQ(timers_.begin()->second.first, 3s);
  fire_timers();
  EXPECT_TRUE(workers_[0]->killed);
  ASSERT_EQ(told->size(), 1U);
  EXPECT_EQ(told->at(0).reason, reason::timeout);
  exit(0, 9);
  EXPECT_EQ(told->size(), 1U);
}

TEST_F(worker_prober_test, keeps_what_was_found_though_the_farewell_takes_too_long) {
  auto told = probe("rtsp://gate/live");
  workers_[0]->tell(probed{.video = "h264"});
  fire_timers();
  EXPECT_EQ(told->at(0).reason, reason::none);
}

TEST_F(worker_prober_test, brings_absurd_deadlines_inside_its_bounds) {
  probe("rtsp://gate/live", 1h);
  probe("rtsp://yard/live", 0ms);
  EXPECT_EQ(timers_[1].first, camera_prober::deadline_max);
  EXPECT_EQ(timers_[2].first, camera_prober::deadline_min);
  EXPECT_GT(workers_[1]->order.deadline_s, 0);
}

TEST_F(worker_prober_test, names_a_worker_that_died_without_a_word) {
  auto killed = probe("rtsp://gate/live");
  exit(0, 31);
  EXPECT_EQ(killed->at(0).reason, reason::killed);
  auto crashed = probe("rtsp://gate/live");
  exit(1);
  EXPECT_EQ(crashed->at(0).reason, reason::crashed);
  EXPECT_EQ(crashed->at(0).detail, "it ended");
}

TEST_F(worker_prober_test, is_busy_beyond_two_and_beyond_one_of_a_camera) {
  auto first = probe("rtsp://gate/live");
  EXPECT_EQ(probe("rtsp://GATE:554/other")->at(0).reason, reason::busy);
  auto second = probe("rtsp://gate:8554/live");
  EXPECT_EQ(probe("rtsp://yard/live")->at(0).reason, reason::busy);
  EXPECT_EQ(workers_.size(), 2U);
  EXPECT_EQ(limits_, (std::vector<std::string>{"probes", "probes"}));
  exit(0);
  EXPECT_EQ(probe("rtsp://gate/live")->size(), 0U) << "there is room again";
}

TEST_F(worker_prober_test, takes_leave_of_the_camera_of_a_cancelled_probe_and_tells_nobody) {
  auto told = probe("rtsp://gate/live");
  cancel(last_);
  EXPECT_TRUE(workers_[0]->stopped);
  EXPECT_FALSE(workers_[0]->killed);
  EXPECT_EQ(told.use_count(), 1) << "whoever asked is let go";
  workers_[0]->tell(probed{.video = "h264"});
  exit(0);
  EXPECT_TRUE(told->empty());
  EXPECT_TRUE(timers_.empty());
  EXPECT_FALSE(workers_[0]->killed);
}

TEST_F(worker_prober_test, kills_the_worker_of_a_cancelled_probe_that_does_not_end) {
  auto told = probe("rtsp://gate/live");
  cancel(last_);
  ASSERT_EQ(timers_.size(), 1U);
  EXPECT_EQ(timers_.begin()->second.first, worker_prober::farewell_deadline);
  fire_timers();
  EXPECT_TRUE(workers_[0]->killed);
  exit(0, 9);
  EXPECT_TRUE(told->empty());
}

TEST_F(worker_prober_test, has_room_at_once_after_a_cancelled_probe) {
  probe("rtsp://gate/live");
  cancel(last_);
  EXPECT_TRUE(probe("rtsp://gate/live")->empty()) << "though the first worker still ends";
  EXPECT_EQ(workers_.size(), 2U);
  EXPECT_EQ(limits_, std::vector<std::string>{});
}

TEST_F(worker_prober_test, cancels_a_probe_that_is_still_to_begin) {
  auto told = std::make_shared<int>(0);
  auto id = prober_.probe({.url = "rtsp://gate/live"}, [told](const probe_report&) { ++*told; });
  prober_.cancel(id);
  run_jobs();
  EXPECT_EQ(told.use_count(), 1);
  EXPECT_TRUE(probe("rtsp://gate/live")->empty());
}

TEST_F(worker_prober_test, disturbs_no_other_probe_when_one_is_cancelled_that_has_ended) {
  auto first = probe("rtsp://gate/live");
  auto ended = last_;
  exit(0);
  auto second = probe("rtsp://gate/live");
  cancel(ended);
  cancel(last_ + 1);
  exit(1);
  EXPECT_EQ(first->size(), 1U);
  EXPECT_EQ(second->size(), 1U);
  cancel(last_);
  EXPECT_FALSE(workers_[1]->stopped);
}

TEST_F(worker_prober_test, kills_workers_at_once_when_too_many_take_leave) {
  for (auto i = 0; i < 3; ++i) {
    probe("rtsp://gate/live");
    cancel(last_);
  }
  EXPECT_FALSE(workers_[0]->killed || workers_[1]->killed);
  EXPECT_TRUE(workers_[2]->killed);
  exit(2, 9);
  exit(0);
  probe("rtsp://gate/live");
  cancel(last_);
  EXPECT_TRUE(workers_[3]->stopped) << "one has left";
  EXPECT_FALSE(workers_[3]->killed);
}

TEST_F(worker_prober_test, logs_that_a_probe_was_cancelled_without_secrets) {
  std::ostringstream log;
  auto before = spdlog::default_logger();
  spdlog::set_default_logger(
    std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_st>(log)));
  probe("rtsp://admin:s%40cret@gate/live");
  cancel(last_);
  spdlog::set_default_logger(before);
  EXPECT_NE(log.str().find("probe of rtsp://***@gate/live: cancelled"), std::string::npos);
}

TEST_F(worker_prober_test, makes_no_worker_for_what_is_no_address) {
  auto told = probe("http://gate/?secret");
  EXPECT_EQ(told->at(0).reason, reason::config);
  EXPECT_EQ(told->at(0).shown_url, "");
  EXPECT_TRUE(workers_.empty());
}

} // namespace
} // namespace camwall::media
