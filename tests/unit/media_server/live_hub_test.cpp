#include "media/server/live_hub.hpp"

#include <gtest/gtest.h>

#include <map>

namespace camwall::media {
namespace {

/// Notes what comes: a letter for each chunk, by subscription.
class noting_sink final : public media_sink {
public:
  void on_described(std::span<const subscription_id> to,
                    const feed_description& what) noexcept override {
    for (auto id : to)
      notes[id] += "d";
    last = what;
  }
  void on_chunk(std::span<const subscription_id> to, const media_chunk_ptr& x) noexcept override {
    for (auto id : to) {
      if (x->kind == chunk_kind::init)
        notes[id] += x->sound ? "s" : "i";
      else if (x->kind == chunk_kind::audio)
        notes[id] += "a";
      else
        notes[id] += x->discontinuity ? "D" : x->keyframe ? "K" : "p";
    }
    payload = x;
  }
  void on_refused(subscription_id to, std::string_view reason) noexcept override {
    notes[to] += "!" + std::string{reason};
  }

  std::map<subscription_id, std::string> notes;
  feed_description last;
  media_chunk_ptr payload;
};

class fake_worker final : public live_source {
public:
  void watch(const watch_order& x) override {
    orders.push_back(x);
  }
  void order_still(const still_order&) override {
    // nop
  }
  std::vector<watch_order> orders;
};

class live_hub_test : public ::testing::Test {
protected:
  /// Lets the time pass that timers wait for.
  void fire_timers() {
    for (auto& [id, job] : std::exchange(timers_, {}))
      job();
  }

  std::string send(const fake_worker& from, message_kind kind, bool keyframe = false,
                   bool sound = false, std::uint32_t feed = 1, std::size_t size = 10) {
    arrived_media x;
    x.feed = feed;
    x.kind = kind;
    x.keyframe = keyframe;
    x.sound = sound;
    x.payload = kind == message_kind::description ? encode(feed_description{.video_mime = "v"})
                                                  : std::string(size, 'x');
    return hub_.take(from, std::move(x));
  }

  /// Description, init segment and a keyframe.
  void introduce(const fake_worker& from, std::uint32_t feed = 1) {
    EXPECT_EQ(send(from, message_kind::description, false, false, feed), "");
    EXPECT_EQ(send(from, message_kind::init, false, false, feed), "");
    EXPECT_EQ(send(from, message_kind::video, true, false, feed), "");
  }

  std::map<event_loop::timer_id, std::function<void()>> timers_;
  event_loop::timer_id last_timer_ = 0;
  std::vector<std::string> limits_;
  std::size_t dropped_ = 0;
  live_hub hub_{{.post = [](const std::function<void()>& job) { job(); },
                 .call_after =
                   [this](std::chrono::milliseconds, std::function<void()> job) {
                     timers_[++last_timer_] = std::move(job);
                     return last_timer_;
                   },
                 .cancel = [this](event_loop::timer_id id) { timers_.erase(id); }},
                [this](std::string_view x) { limits_.emplace_back(x); },
                [this](std::size_t x) { dropped_ += x; }};
  fake_worker worker_;
  std::shared_ptr<noting_sink> sink_ = std::make_shared<noting_sink>();
  feed_key gate_{.camera = "gate", .stream = "main"};
};

TEST_F(live_hub_test, orders_a_feed_from_a_worker_that_runs_or_begins_to) {
  hub_.attach("gate", "main", worker_);
  EXPECT_TRUE(worker_.orders.empty());
  hub_.subscribe(gate_, false, sink_);
  ASSERT_EQ(worker_.orders.size(), 1U);
  EXPECT_EQ(worker_.orders[0].feeds, (std::vector<watched_feed>{{.id = 1}}));
  fake_worker other;
  hub_.subscribe({.camera = "gate", .stream = "sub"}, false, sink_);
  hub_.attach("gate", "sub", other);
  EXPECT_EQ(other.orders.at(0).feeds.at(0).id, 2U);
}

TEST_F(live_hub_test, shares_a_chunk_and_gives_late_viewers_what_is_kept) {
  hub_.attach("gate", "main", worker_);
  auto first = hub_.subscribe(gate_, false, sink_);
  introduce(worker_);
  send(worker_, message_kind::video);
  auto other = std::make_shared<noting_sink>();
  auto late = hub_.subscribe(gate_, false, other);
  send(worker_, message_kind::video);
  EXPECT_EQ(sink_->notes[first], "diKpp");
  EXPECT_EQ(other->notes[late], "diKpp");
  EXPECT_EQ(sink_->payload, other->payload) << "the same memory";
  EXPECT_EQ(worker_.orders.size(), 1U) << "one feed serves both";
  send(worker_, message_kind::video, true);
  auto latest = hub_.subscribe(gate_, false, other);
  EXPECT_EQ(other->notes[latest], "diK") << "from the last keyframe on";
}

TEST_F(live_hub_test, gives_sound_to_those_who_asked) {
  hub_.attach("gate", "main", worker_);
  auto deaf = hub_.subscribe(gate_, false, sink_);
  introduce(worker_);
  auto hears = hub_.subscribe(gate_, true, sink_);
  EXPECT_TRUE(worker_.orders.back().feeds[0].sound);
  send(worker_, message_kind::init, false, true);
  send(worker_, message_kind::audio);
  EXPECT_EQ(sink_->notes[deaf], "diK");
  EXPECT_EQ(sink_->notes[hears], "diKsa");
  auto later = hub_.subscribe(gate_, true, sink_);
  EXPECT_EQ(sink_->notes[later], "disKa");
  hub_.unsubscribe(hears);
  hub_.unsubscribe(later);
  EXPECT_FALSE(worker_.orders.back().feeds[0].sound);
}

TEST_F(live_hub_test, lingers_when_the_last_viewer_goes_and_then_ends) {
  hub_.attach("gate", "main", worker_);
  auto id = hub_.subscribe(gate_, false, sink_);
  introduce(worker_);
  hub_.unsubscribe(id);
  EXPECT_EQ(worker_.orders.size(), 1U);
  auto back = hub_.subscribe(gate_, false, sink_);
  EXPECT_EQ(sink_->notes[back], "diK") << "one who returns sees a picture at once";
  EXPECT_TRUE(timers_.empty());
  hub_.unsubscribe(back);
  fire_timers();
  EXPECT_TRUE(worker_.orders.back().feeds.empty());
  EXPECT_EQ(send(worker_, message_kind::video), "") << "what was on its way is no lie";
  EXPECT_EQ(hub_.counts().feeds, 0U);
  EXPECT_EQ(hub_.counts().kept_bytes, 0U);
  EXPECT_EQ(hub_.counts().subscriptions, 0U);
}

TEST_F(live_hub_test, goes_on_with_a_discontinuity_when_a_worker_is_replaced) {
  hub_.attach("gate", "main", worker_);
  auto id = hub_.subscribe(gate_, false, sink_);
  introduce(worker_);
  hub_.detach(worker_);
  auto meanwhile = hub_.subscribe(gate_, false, sink_);
  EXPECT_EQ(sink_->notes[meanwhile], "") << "no old picture";
  fake_worker next;
  hub_.attach("gate", "main", next);
  EXPECT_EQ(next.orders.at(0).feeds.at(0).id, 1U);
  EXPECT_EQ(send(worker_, message_kind::video), "") << "of the dead nothing is taken";
  introduce(next);
  EXPECT_EQ(sink_->notes[id], "diKdiD");
  EXPECT_EQ(sink_->notes[meanwhile], "diD");
}

TEST_F(live_hub_test, refuses_what_the_worker_cannot_make) {
  hub_.attach("gate", "main", worker_);
  feed_key jpeg = gate_;
  jpeg.format = media_format::jpeg;
  auto id = hub_.subscribe(jpeg, false, sink_);
  EXPECT_EQ(hub_.refuse(worker_, {.feed = 1, .why = "no"}), "");
  EXPECT_EQ(sink_->notes[id], "!no");
  EXPECT_EQ(sink_.use_count(), 1);
  EXPECT_EQ(hub_.counts().feeds, 0U);
  EXPECT_NE(hub_.refuse(worker_, {.feed = 7, .why = "no"}), "");
}

TEST_F(live_hub_test, names_what_a_worker_may_not_send) {
  hub_.attach("gate", "main", worker_);
  EXPECT_NE(send(worker_, message_kind::description), "") << "nobody ordered anything";
  hub_.subscribe(gate_, false, sink_);
  EXPECT_NE(send(worker_, message_kind::video, true), "") << "before its description";
  EXPECT_EQ(send(worker_, message_kind::description), "");
  EXPECT_NE(send(worker_, message_kind::video, true), "") << "before its init segment";
  EXPECT_NE(send(worker_, message_kind::jpeg, true), "") << "does not fit fmp4";
  fake_worker other;
  hub_.attach("yard", "main", other);
  hub_.subscribe({.camera = "yard", .stream = "main"}, false, sink_);
  EXPECT_NE(send(other, message_kind::description), "") << "the feed of another";
  EXPECT_NE(send(other, message_kind::description, false, false, 3), "") << "a feed to come";
}

TEST_F(live_hub_test, counts_what_workers_left_out_and_believes_no_absurd_number) {
  hub_.attach("gate", "main", worker_);
  hub_.subscribe(gate_, false, sink_);
  introduce(worker_);
  for (std::uint32_t n : {7U, ~0U}) {
    arrived_media x;
    x.feed = 1;
    x.keyframe = true;
    x.dropped = n;
    x.payload = "x";
    EXPECT_EQ(hub_.take(worker_, std::move(x)), "");
  }
  EXPECT_EQ(dropped_, 7 + live_hub::dropped_max);
  EXPECT_EQ(hub_.counts().dropped_by_workers, dropped_);
}

TEST_F(live_hub_test, keeps_no_more_than_it_may) {
  hub_.attach("gate", "main", worker_);
  auto id = hub_.subscribe(gate_, false, sink_);
  introduce(worker_);
  for (int i = 0; i < 5; ++i)
    send(worker_, message_kind::video, false, false, 1, live_feed::kept_bytes_max / 4);
  EXPECT_EQ(hub_.counts().kept_bytes, 0U);
  auto late = hub_.subscribe(gate_, false, sink_);
  EXPECT_EQ(sink_->notes[id], "diKppppp");
  EXPECT_EQ(sink_->notes[late], "di");
}

TEST_F(live_hub_test, refuses_more_feeds_of_a_stream_than_a_worker_makes) {
  hub_.attach("gate", "main", worker_);
  feed_key jpeg = gate_;
  jpeg.format = media_format::jpeg;
  for (std::size_t i = 0; i < feeds_per_worker_max; ++i) {
    jpeg.width = static_cast<std::uint16_t>(100 + i);
    hub_.subscribe(jpeg, false, sink_);
  }
  jpeg.width = 1;
  auto id = hub_.subscribe(jpeg, false, sink_);
  EXPECT_EQ(sink_->notes[id][0], '!');
  EXPECT_EQ(limits_, std::vector<std::string>{"live_feeds"});
  EXPECT_EQ(worker_.orders.back().feeds.size(), feeds_per_worker_max);
}

} // namespace
} // namespace camwall::media
