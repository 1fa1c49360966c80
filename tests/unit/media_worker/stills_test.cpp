#include "media/worker/stills.hpp"

#include "media/worker/live_outlet.hpp"
#include "media/worker/rendition_thread.hpp"
#include "tests/unit/media_worker/test_video.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <condition_variable>
#include <mutex>
#include <thread>
#include <tuple>

namespace camwall::media {
namespace {

using namespace std::chrono_literals;

constexpr plain_colour grey{126, 128, 128};

class stills_test : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_TRUE(camera_.opened()) << "libx264 is missing; Debian's ffmpeg brings it: make setup";
    keyframe_ = camera_.next(grey);
  }

  static still_order order(std::uint32_t number, std::uint16_t width, std::uint16_t height = 0) {
    return {.id = still_id_min + number, .width = width, .height = height, .quality = 90};
  }

  std::vector<rendition_refusal> make(const std::vector<still_order>& orders) {
    return make_stills(video_codec::h264, keyframe_, orders,
                       [this](rendition_output&& x) { made_.push_back(std::move(x)); });
  }

  test_camera camera_{{}};
  coded_picture keyframe_;
  std::vector<rendition_output> made_;
};

TEST_F(stills_test, are_jpegs_of_the_sizes_that_were_ordered) {
  EXPECT_TRUE(make({order(1, 0), order(2, 64), order(3, 64, 64)}).empty());
  ASSERT_EQ(made_.size(), 3U);
  for (auto [nth, width, height] :
       {std::tuple{0U, 320, 180}, std::tuple{1U, 64, 36}, std::tuple{2U, 64, 64}}) {
    auto picture = decode_jpeg(made_[nth].payload);
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->width, width);
    EXPECT_EQ(picture->height, height);
    EXPECT_EQ(made_[nth].width, width);
    EXPECT_EQ(made_[nth].id, still_id_min + 1 + nth);
    EXPECT_EQ(made_[nth].capture_us, keyframe_.capture_us);
    EXPECT_NEAR(mean_of(*picture, 0), 128, 4);
  }
}

TEST_F(stills_test, have_the_full_range_of_brightness_in_the_camera_s_own_size_too) {
  test_camera camera{{}};
  constexpr plain_colour white{235, 128, 128};
  keyframe_ = camera.next(white);
  make({order(1, 0), order(2, 64)});
  ASSERT_EQ(made_.size(), 2U);
  EXPECT_NEAR(mean_of(*decode_jpeg(made_[0].payload), 0), 255, 2);
  EXPECT_NEAR(mean_of(*decode_jpeg(made_[1].payload), 0), 255, 2);
}

TEST_F(stills_test, of_a_damaged_keyframe_are_refused_with_the_reason) {
  std::fill(keyframe_.annex_b.begin() + static_cast<std::ptrdiff_t>(keyframe_.annex_b.size() / 2),
            keyframe_.annex_b.end(), std::uint8_t{0x5a});
  auto refused = make({order(1, 64), order(2, 32)});
  EXPECT_TRUE(made_.empty());
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_EQ(refused[1].id, still_id_min + 2);
  EXPECT_EQ(refused[1].why, "the camera's last keyframe has errors");
}

/// A thread with what it gave.
class stills_thread_test : public stills_test {
protected:
  bool wait_for(std::size_t count) {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, 10s, [&] { return ids_.size() >= count; });
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::uint32_t> ids_;
  rendition_thread thread_{video_codec::h264, [this](rendition_output&& x) {
                             std::lock_guard guard{mutex_};
                             ids_.push_back(x.id);
                             changed_.notify_all();
                           }};
};

TEST_F(stills_thread_test, comes_and_goes_with_the_orders) {
  for (std::uint32_t i = 1; i < 4; ++i) {
    thread_.make_stills(keyframe_, {order(i, 64)});
    ASSERT_TRUE(wait_for(i));
    EXPECT_EQ(ids_.back(), still_id_min + i);
  }
  EXPECT_FALSE(thread_.wants_pictures());
}

TEST_F(stills_thread_test, makes_them_beside_what_viewers_watch) {
  thread_.want({{.id = 1, .format = media_format::jpeg, .width = 64}});
  thread_.make_stills(keyframe_, {order(1, 64)});
  ASSERT_TRUE(wait_for(1));
  EXPECT_EQ(ids_[0], still_id_min + 1);
  thread_.offer(keyframe_);
  while (!thread_.hand_over())
    std::this_thread::yield();
  ASSERT_TRUE(wait_for(2));
  EXPECT_EQ(ids_[1], 1U);
}

TEST_F(stills_thread_test, refuses_more_than_it_may_owe) {
  std::vector<still_order> many;
  for (std::uint32_t i = 0; i <= stills_per_worker_max; ++i)
    many.push_back(order(i, 32));
  thread_.make_stills(keyframe_, many);
  ASSERT_TRUE(wait_for(stills_per_worker_max));
  auto refused = thread_.take_refusals();
  while (refused.empty())
    refused = thread_.take_refusals();
  EXPECT_EQ(refused[0].id, many.back().id);
}

/// An outlet with the server's end of its channel.
class stills_outlet_test : public stills_test {
protected:
  void SetUp() override {
    stills_test::SetUp();
    std::array<int, 2> pair{};
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair.data()), 0);
    server_.reset(pair[0]);
    link_.emplace(unique_fd{pair[1]});
    outlet_.emplace(*link_, [this](const feed_refused& x) { refused_.push_back(x.feed); });
    bytes none;
    track_.convert(keyframe_.annex_b, none); // Learns the parameter sets.
    outlet_->set_tracks(track_, nullptr);
  }

  void push(bool keyframe, std::size_t padding = 0) {
    sample x;
    x.pts = x.dts = 90'000;
    x.keyframe = keyframe;
    if (keyframe)
      x.data = keyframe_.annex_b;
    x.data.resize(x.data.size() + padding);
    outlet_->push_picture(x, false, 7);
  }

  /// The next message; empty when there is none within the time.
  std::optional<media_header> take(int wait_ms = 10'000) {
    pollfd ready{.fd = server_.get(), .events = POLLIN, .revents = 0};
    std::string packet(media_message_bytes_max, '\0');
    if (::poll(&ready, 1, wait_ms) != 1)
      return std::nullopt;
    auto n = ::recv(server_.get(), packet.data(), packet.size(), MSG_DONTWAIT);
    packet.resize(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
    return decode_media_header(packet).value();
  }

  void expect_still(std::uint32_t id) {
    auto what = take();
    auto picture = take();
    ASSERT_TRUE(what && picture);
    EXPECT_EQ(what->kind, message_kind::description);
    EXPECT_EQ(picture->kind, message_kind::jpeg);
    EXPECT_EQ(what->feed, id);
    EXPECT_EQ(picture->feed, id);
    EXPECT_EQ(picture->capture_us, 7U);
  }

  unique_fd server_;
  std::optional<media_link> link_;
  std::optional<live_outlet> outlet_;
  video_track track_{video_codec::h264, nal_framing::start_codes};
  std::vector<std::uint32_t> refused_;
};

TEST_F(stills_outlet_test, come_of_the_last_keyframe_though_nobody_watches) {
  push(true);
  push(false, 100);
  outlet_->take_still(order(1, 64));
  expect_still(still_id_min + 1);
}

TEST_F(stills_outlet_test, wait_for_the_first_keyframe) {
  outlet_->take_still(order(1, 64));
  EXPECT_FALSE(take(0));
  push(true);
  expect_still(still_id_min + 1);
  EXPECT_TRUE(refused_.empty());
}

TEST_F(stills_outlet_test, are_refused_when_too_many_wait) {
  for (std::uint32_t i = 0; i <= stills_per_worker_max; ++i)
    outlet_->take_still(order(i, 64));
  EXPECT_EQ(refused_, std::vector<std::uint32_t>{still_id_min + stills_per_worker_max});
}

TEST_F(stills_outlet_test, come_of_the_keyframe_of_a_group_that_is_too_large_to_keep) {
  push(true);
  for (int i = 0; i < 5; ++i)
    push(false, live_outlet::kept_bytes_max / 4);
  outlet_->take_still(order(1, 64));
  expect_still(still_id_min + 1);
}

} // namespace
} // namespace camwall::media
