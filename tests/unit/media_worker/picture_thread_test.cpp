#include "media/worker/picture_thread.hpp"

#include <gtest/gtest.h>

namespace camwall::media {
namespace {

using namespace std::chrono_literals;

class picture_thread_test : public ::testing::Test {
protected:
  /// Begins like an IDR picture and is none.
  static bytes garbage() {
    bytes x{0, 0, 0, 1, 0x65};
    x.resize(200, 0x5a);
    return x;
  }

  /// Offers a keyframe until the thread takes one.
  void deliver(const bytes& keyframe) {
    while (!thread_->offer(keyframe, now_))
      std::this_thread::yield();
  }

  /// The next verdict; the thread is given ten seconds.
  std::optional<picture_judged> verdict() const {
    for (auto end = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < end;
         std::this_thread::yield())
      if (auto x = thread_->take_verdict())
        return x;
    return std::nullopt;
  }

  std::unique_ptr<picture_thread> thread_ =
    picture_thread::start(video_codec::h264, {.check = true, .interval_s = 2});
  picture_thread::time_point now_ = picture_thread::time_point{} + 1h;
};

TEST_F(picture_thread_test, calls_keyframes_that_are_garbage_undecodable) {
  for (std::uint64_t i = 1; i <= 3; ++i) {
    now_ += 2s;
    deliver(garbage());
    auto x = verdict();
    ASSERT_TRUE(x);
    EXPECT_EQ(x->undecodable, i);
    EXPECT_EQ(x->conditions.size(), i == 3 ? 1u : 0u);
  }
}

TEST_F(picture_thread_test, says_nothing_of_a_keyframe_that_need_not_decode_by_itself) {
  auto recovery_point = garbage();
  recovery_point[4] = 0x41;
  deliver(recovery_point);
  auto x = verdict();
  ASSERT_TRUE(x);
  EXPECT_EQ(x->undecodable, 0u);
  EXPECT_EQ(x->decoded, 0u);
}

TEST_F(picture_thread_test, wants_one_keyframe_an_interval_though_they_come_a_moment_early) {
  int taken = 0;
  for (auto end = now_ + 60s; now_ < end; now_ += 1999ms)
    if (thread_->wants(now_)) {
      ++taken;
      deliver(garbage());
    }
  EXPECT_GE(taken, 29);
  EXPECT_LE(taken, 31);
}

TEST_F(picture_thread_test, never_wants_more_than_one_keyframe_an_interval) {
  int taken = 0;
  for (auto end = now_ + 60s; now_ < end; now_ += 300ms)
    if (thread_->wants(now_)) {
      ++taken;
      deliver(garbage());
    }
  EXPECT_LE(taken, 31);
  EXPECT_GE(taken, 26);
}

TEST_F(picture_thread_test, loses_nothing_without_counting_it) {
  std::uint64_t offered = 0;
  std::uint64_t accounted = 0;
  auto offer = [&] {
    thread_->offer(garbage(), now_ += 2s);
    ++offered;
  };
  while (offered < 50)
    offer();
  // The last of them may still be on its way: one more tells.
  for (int i = 0; i < 10 && accounted != offered; ++i) {
    offer();
    auto x = verdict();
    ASSERT_TRUE(x);
    accounted = x->undecodable + x->dropped;
  }
  EXPECT_EQ(accounted, offered);
}

} // namespace
} // namespace camwall::media
