#include "media/server/snapshots.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace camwall::media {
namespace {

using namespace std::chrono_literals;

class fake_worker final : public live_source {
public:
  void watch(const watch_order&) override {
    // nop
  }
  void order_still(const still_order& x) override {
    orders.push_back(x);
  }
  std::vector<still_order> orders;
};

/// Camera `gate` with one stream, and time that passes when the test says so.
class snapshots_test : public ::testing::Test {
protected:
  snapshots_test() {
    set_phase(phase::live);
    desk_.attach("gate", "main", worker_);
    sut_ =
      snapshots::start({.wall = &wall_,
                        .desk = &desk_,
                        .last = &last_,
                        .thread = thread(),
                        .demand =
                          [this](std::string_view camera, std::string_view stream) {
                            demanded_.push_back(std::string{camera}.append("/").append(stream));
                          },
                        .on_limit = [this](std::string_view x) { limits_.emplace_back(x); },
                        .clock = [this] { return now_; },
                        .wall_clock = [this] { return wall_now_; },
                        .time_to_live = 2000ms,
                        .cache_bytes_max = 1024UL * 1024});
  }

  live_hub::thread thread() {
    return {.post = [](const std::function<void()>& job) { job(); },
            .call_after =
              [this](std::chrono::milliseconds delay, std::function<void()> job) {
                timers_[++last_timer_] = {now_ + delay, std::move(job)};
                return last_timer_;
              },
            .cancel = [this](event_loop::timer_id id) { timers_.erase(id); }};
  }

  void pass(std::chrono::milliseconds time) {
    auto end = now_ + time;
    for (;;) {
      auto next = std::min_element(
        timers_.begin(), timers_.end(),
        [](const auto& a, const auto& b) { return a.second.first < b.second.first; });
      if (next == timers_.end() || next->second.first > end)
        break;
      now_ = next->second.first;
      auto job = std::move(next->second.second);
      timers_.erase(next);
      job();
    }
    wall_now_ += time;
    now_ = end;
  }

  void set_phase(phase x, std::vector<condition_snapshot> conditions = {}) {
    camera_snapshot camera;
    camera.id = "gate";
    camera.phase = x;
    camera.grid_stream = "main";
    camera.conditions = std::move(conditions);
    if (x == phase::backoff) {
      camera.reason = reason::refused;
      camera.detail = "the camera refuses";
      camera.next_try = wall_now_ + 7s;
    }
    camera.streams.resize(1);
    camera.streams[0].name = "main";
    camera.streams[0].status = x;
    auto all = std::make_shared<wall_snapshot>();
    all->cameras = {camera};
    wall_.publish(all);
  }

  /// Answers the worker's n-th order.
  std::string deliver(std::size_t nth, std::uint64_t capture_us = 1'000'000,
                      const std::string& content = "abc") {
    const auto& order = worker_.orders.at(nth);
    arrived_media what{.feed = order.id, .kind = message_kind::description};
    what.payload =
      encode(feed_description{.video_mime = "image/jpeg", .width = 640, .height = 360});
    if (auto wrong = desk_.take(worker_, what); !wrong.empty())
      return wrong;
    arrived_media picture{.feed = order.id, .kind = message_kind::jpeg, .keyframe = true};
    picture.capture_us = capture_us;
    picture.payload = "\xff\xd8\xff" + content + "\xff\xd9";
    return desk_.take(worker_, picture);
  }

  void ask(snapshot_request x = {.camera = "gate"}) {
    sut_->take(std::move(x), [this](const snapshot_result& y) { answers_.push_back(y); });
  }

  snapshot_cell wall_;
  std::map<event_loop::timer_id,
           std::pair<std::chrono::steady_clock::time_point, std::function<void()>>>
    timers_;
  event_loop::timer_id last_timer_ = 0;
  std::chrono::steady_clock::time_point now_{1h};
  wall_time wall_now_{std::chrono::hours{24 * 365}};
  std::vector<std::string> demanded_;
  std::vector<std::string> limits_;
  fake_worker worker_;
  still_desk desk_{thread()};
  test::temporary_folder folder_;
  last_pictures last_{folder_.path() / "last", {}};
  std::shared_ptr<snapshots> sut_;
  std::vector<snapshot_result> answers_;
};

TEST_F(snapshots_test, makes_one_picture_for_all_who_ask_for_the_same) {
  for (int i = 0; i < 100; ++i)
    ask({.camera = "gate", .width = 320});
  ask({.camera = "gate", .stream = "main", .width = 321, .quality = 80});
  ASSERT_EQ(worker_.orders.size(), 1U);
  EXPECT_EQ(worker_.orders[0].width, 320);
  EXPECT_EQ(deliver(0), "");
  ASSERT_EQ(answers_.size(), 101U);
  EXPECT_EQ(answers_[0].picture, answers_[100].picture);
  EXPECT_EQ(answers_[0].picture->width, 640);
  EXPECT_EQ(answers_[0].picture->taken, wall_time{1s});
  EXPECT_FALSE(answers_[0].picture->last_known);
  ask({.camera = "gate", .width = 320});
  EXPECT_EQ(answers_.size(), 102U);
  auto x = sut_->statistics();
  EXPECT_EQ(x.made, 1U);
  EXPECT_EQ(x.joined, 100U);
  EXPECT_EQ(x.hits, 1U);
  EXPECT_EQ(x.pictures, 1U);
  EXPECT_EQ(x.cameras, std::vector<std::string>{"gate"});
}

TEST_F(snapshots_test, makes_another_one_after_the_time_to_live_or_when_a_newer_one_is_wanted) {
  ask();
  deliver(0);
  pass(1900ms);
  ask();
  EXPECT_EQ(worker_.orders.size(), 1U);
  ask({.camera = "gate", .max_age = 1000ms});
  EXPECT_EQ(worker_.orders.size(), 2U);
  deliver(1, 2'000'000);
  EXPECT_NE(answers_[2].picture->etag, answers_[1].picture->etag);
  pass(2100ms);
  ask({.camera = "gate", .max_age = 10s});
  EXPECT_EQ(worker_.orders.size(), 2U);
  ask();
  EXPECT_EQ(worker_.orders.size(), 3U);
  deliver(2, 2'000'000);
  EXPECT_EQ(answers_[4].picture->etag, answers_[3].picture->etag); // The same keyframe.
}

TEST_F(snapshots_test, bounds_what_many_sizes_and_impatient_askers_cost) {
  ask();
  deliver(0);
  ask({.camera = "gate", .max_age = 0ms}); // Just made: new enough.
  EXPECT_EQ(worker_.orders.size(), 1U);
  for (std::uint16_t i = 0; i < 100; ++i) {
    ask({.camera = "gate", .width = static_cast<std::uint16_t>(100 + 2 * i)});
    if (worker_.orders.size() == 2U + i)
      deliver(1U + i);
  }
  EXPECT_EQ(worker_.orders.size(), static_cast<std::size_t>(snapshots::made_burst_max));
  EXPECT_EQ(limits_.back(), "snapshot_rate");
  EXPECT_FALSE(answers_.back().picture);
  EXPECT_NE(answers_.back().why.find("too many"), std::string::npos);
}

TEST_F(snapshots_test, answers_by_a_deadline_when_the_worker_does_not) {
  ask();
  pass(snapshots::deadline + 1ms);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_FALSE(answers_[0].picture);
  EXPECT_NE(answers_[0].why.find("in time"), std::string::npos);
  EXPECT_EQ(deliver(0), ""); // Late, and nobody minds.
  EXPECT_EQ(sut_->statistics().failed, 1U);
}

TEST_F(snapshots_test, gives_the_last_picture_of_a_camera_that_is_down_and_says_why) {
  ask({.camera = "gate", .width = snapshots::last_width});
  deliver(0, 5'000'000);
  set_phase(phase::backoff);
  desk_.detach(worker_);
  ask({.camera = "gate", .width = 64});
  ASSERT_EQ(answers_.size(), 2U);
  ASSERT_TRUE(answers_[1].picture);
  EXPECT_TRUE(answers_[1].picture->last_known);
  EXPECT_EQ(answers_[1].picture->taken, wall_time{5s});
  EXPECT_EQ(answers_[1].why, "the camera refuses");
  EXPECT_EQ(answers_[1].retry_after, 7s);
  ask({.camera = "gate", .width = snapshots::last_width}); // Not from the cache as if it were live.
  EXPECT_TRUE(answers_[2].picture->last_known);
}

TEST_F(snapshots_test, says_why_when_there_is_not_even_a_last_picture) {
  set_phase(phase::backoff);
  ask();
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_FALSE(answers_[0].picture);
  EXPECT_EQ(answers_[0].why, "the camera refuses");
  ask({.camera = "nobody"});
  EXPECT_FALSE(answers_[1].picture);
}

TEST_F(snapshots_test, starts_an_idle_camera_unless_its_last_picture_is_new_enough) {
  desk_.detach(worker_);
  set_phase(phase::idle);
  ask();
  EXPECT_EQ(demanded_, std::vector<std::string>{"gate/main"});
  pass(snapshots::deadline + 1s); // A start takes its time.
  EXPECT_TRUE(answers_.empty());
  desk_.attach("gate", "main", worker_);
  ASSERT_EQ(worker_.orders.size(), 1U);
  deliver(0);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_FALSE(answers_[0].picture->last_known);

  desk_.detach(worker_);
  last_.store(
    "gate",
    {.jpeg = "\xff\xd8\xff\xd9", .width = 1, .height = 1, .taken = wall_now_ - 30s, .etag = "e"});
  ask({.camera = "gate", .max_age = 60s});
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_TRUE(answers_[1].picture->last_known);
  EXPECT_EQ(demanded_.size(), 1U);
  ask({.camera = "gate", .max_age = 10s});
  EXPECT_EQ(demanded_.size(), 2U);
}

TEST_F(snapshots_test, marks_the_picture_of_a_frozen_camera_as_no_picture_of_now) {
  set_phase(phase::live, {{.what = condition::frozen}});
  ask({.camera = "gate", .width = snapshots::last_width});
  deliver(0);
  EXPECT_TRUE(answers_[0].picture->last_known);
  EXPECT_FALSE(last_.find("gate"));
}

TEST_F(snapshots_test, orders_of_the_next_worker_what_the_last_one_did_not_give) {
  ask();
  fake_worker next;
  desk_.attach("gate", "main", next);
  EXPECT_EQ(next.orders, worker_.orders);
  EXPECT_EQ(deliver(0), ""); // The old one is not listened to.
  EXPECT_TRUE(answers_.empty());
}

TEST_F(snapshots_test, keeps_a_last_picture_of_a_camera_that_nobody_asks_for) {
  pass(6s);
  ASSERT_EQ(worker_.orders.size(), 1U);
  EXPECT_EQ(worker_.orders[0].width, snapshots::last_width);
  deliver(0, 9'000'000);
  ASSERT_TRUE(last_.find("gate"));
  EXPECT_EQ(last_.find("gate")->taken, wall_time{9s});
  pass(50s);
  EXPECT_EQ(worker_.orders.size(), 1U);
  pass(15s);
  EXPECT_EQ(worker_.orders.size(), 2U);
}

TEST_F(snapshots_test, forgets_what_it_is_told_to) {
  ask();
  deliver(0);
  sut_->clear("other");
  EXPECT_EQ(sut_->statistics().pictures, 1U);
  sut_->clear({});
  EXPECT_EQ(sut_->statistics().pictures, 0U);
  EXPECT_EQ(sut_->statistics().bytes, 0U);
}

TEST_F(snapshots_test, refuses_what_a_worker_was_not_ordered_or_what_is_no_picture) {
  arrived_media x{.feed = still_id_min + 77, .kind = message_kind::jpeg, .payload = "x"};
  EXPECT_EQ(desk_.take(worker_, x), "a picture that nobody ordered");
  ask();
  EXPECT_EQ(deliver(0, 1, std::string(still_desk::still_bytes_max, 'x')),
            "a picture that is none, or is too large");
  x.feed = worker_.orders[0].id;
  x.payload = "<html>";
  EXPECT_EQ(desk_.take(worker_, x), "a picture that is none, or is too large");
  EXPECT_EQ(desk_.refuse(worker_, {.feed = x.feed, .why = "broken"}), "");
  EXPECT_EQ(answers_.at(0).why, "broken");
}

} // namespace
} // namespace camwall::media
