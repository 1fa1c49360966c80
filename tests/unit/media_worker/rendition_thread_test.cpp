#include "media/worker/rendition_thread.hpp"

#include "tests/unit/media_worker/test_video.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace camwall::media {
namespace {

using namespace std::chrono_literals;

constexpr plain_colour grey{126, 128, 128};

class rendition_thread_test : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_TRUE(camera_.opened()) << "libx264 is missing; Debian's ffmpeg brings it: make setup";
    for (int i = 0; i < 60; ++i)
      pictures_.push_back(camera_.next(grey));
  }

  /// What the thread calls.
  void take(rendition_output&& x) {
    std::unique_lock guard{mutex_};
    changed_.wait(guard, [this] { return !blocked_; });
    made_.push_back(std::move(x));
    changed_.notify_all();
  }

  bool wait_for(std::size_t count) {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, 10s, [&] { return made_.size() >= count; });
  }

  std::size_t made() {
    std::lock_guard guard{mutex_};
    return made_.size();
  }

  void block(bool x) {
    std::lock_guard guard{mutex_};
    blocked_ = x;
    changed_.notify_all();
  }

  void offer(std::size_t from, std::size_t to) {
    for (auto i = from; i < to; ++i)
      thread_->offer(pictures_[i]);
    hand_over();
  }

  void offer_burst(std::size_t from, std::size_t to) {
    for (auto i = from; i < to; ++i)
      thread_->offer(pictures_[i], i + 1 < to);
    hand_over();
  }

  void hand_over() {
    while (!thread_->hand_over())
      std::this_thread::yield();
  }

  test_camera camera_{{}};
  std::vector<coded_picture> pictures_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool blocked_ = false;
  std::vector<rendition_output> made_;
  std::unique_ptr<rendition_thread> thread_ = std::make_unique<rendition_thread>(
    video_codec::h264, [this](rendition_output&& x) { take(std::move(x)); });
};

constexpr rendition jpeg{.id = 1, .format = media_format::jpeg, .width = 160};
constexpr rendition mpeg1{.id = 2, .format = media_format::mpeg1, .width = 160};

TEST_F(rendition_thread_test, makes_nothing_while_nothing_is_wanted) {
  EXPECT_FALSE(thread_->wants_pictures());
  offer(0, 5);
  EXPECT_EQ(thread_->counts().decoded, 0u);
}

TEST_F(rendition_thread_test, makes_what_is_wanted_from_the_first_keyframe_on) {
  thread_->want({jpeg, mpeg1});
  EXPECT_TRUE(thread_->wants_pictures());
  for (std::size_t i = 5; i < 15; ++i) {
    offer(i, i + 1);
    ASSERT_TRUE(wait_for(i < 10 ? 0 : (i - 9) * 2));
  }
  EXPECT_EQ(made(), 10u);
  EXPECT_EQ(made_.front().capture_us, pictures_[10].capture_us);
}

TEST_F(rendition_thread_test, shows_only_the_newest_of_a_burst_of_old_pictures) {
  thread_->want({jpeg});
  offer_burst(0, 10);
  ASSERT_TRUE(wait_for(1));
  thread_.reset();
  EXPECT_GE(made_.front().capture_us + 200'000, pictures_[9].capture_us);
}

TEST_F(rendition_thread_test, never_holds_up_who_offers_and_counts_what_it_drops) {
  block(true);
  thread_->want({jpeg});
  std::size_t offered = 0;
  auto until = std::chrono::steady_clock::now() + 10s;
  while (thread_->counts().dropped == 0) {
    // A nice thread may be made to wait while it holds the lock: what counts is time, not rounds.
    ASSERT_LT(std::chrono::steady_clock::now(), until) << offered;
    auto x = pictures_[offered % 10];
    x.keyframe = offered == 0;
    thread_->offer(std::move(x));
    ++offered;
    std::this_thread::yield();
  }
  EXPECT_GE(offered, rendition_queue::pictures_max);
  block(false);
  auto before = made();
  while (made() == before) {
    offer(10, 20);
    std::this_thread::yield();
  }
}

TEST_F(rendition_thread_test, stops_and_begins_again_as_it_is_told) {
  for (int round = 0; round < 20; ++round) {
    thread_->want({round % 2 == 0 ? jpeg : mpeg1});
    auto before = made();
    offer(0, 3);
    ASSERT_TRUE(wait_for(before + 1)) << round;
    thread_->want({});
    EXPECT_FALSE(thread_->wants_pictures());
  }
}

TEST_F(rendition_thread_test, changes_what_is_made_while_it_runs) {
  thread_->want({jpeg});
  for (std::size_t i = 0; i < 60; ++i) {
    if (i % 7 == 0)
      thread_->want(i % 2 == 0 ? std::vector{jpeg, mpeg1} : std::vector{mpeg1});
    offer(i, i + 1);
  }
  ASSERT_TRUE(wait_for(1));
}

TEST_F(rendition_thread_test, calls_nobody_once_it_is_gone) {
  thread_->want({jpeg});
  offer(0, 30);
  thread_.reset();
  auto count = made();
  std::this_thread::yield();
  EXPECT_EQ(made(), count);
}

TEST_F(rendition_thread_test, hands_refusals_to_who_asks) {
  test_camera huge{{.width = 8192, .height = 4608}};
  thread_->want({jpeg});
  thread_->offer(huge.next(grey));
  hand_over();
  std::vector<rendition_refusal> refused;
  for (auto end = std::chrono::steady_clock::now() + 10s;
       refused.empty() && std::chrono::steady_clock::now() < end; std::this_thread::yield())
    refused = thread_->take_refusals();
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].id, 1u);
}

} // namespace
} // namespace camwall::media
