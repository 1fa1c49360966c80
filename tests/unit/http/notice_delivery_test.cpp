#include "http/notices/notice_rules.hpp"
#include "http/notices/outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;
using outcome = http_poster::outcome;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const http_poster::result ok{.what = outcome::sent, .why = {}};
const http_poster::result away{.what = outcome::failed, .why = "no connection"};
const http_poster::result unwanted{.what = outcome::rejected, .why = "it answers 404"};

/// Rules and outbox together, as a webhook has them, before a receiver that takes, fails or
/// rejects, and a wall whose time is ours.
class notice_delivery_test : public testing::Test {
protected:
  void fail(const std::string& id) {
    camera(id).phase = phase::backoff;
    camera(id).reason = reason::refused;
  }

  void mend(const std::string& id) {
    camera(id).phase = phase::live;
    camera(id).reason = reason::none;
  }

  /// What the receiver takes meanwhile, a message each: `gate down, yard up`.
  std::vector<std::string> taken(std::chrono::seconds how_long) {
    std::vector<std::string> out;
    for (auto end = now_ + how_long; now_ < end; now_ += 1s) {
      rules_.look(wall_, nullptr, now_, wall_time{} + now_.time_since_epoch());
      if (outbox_.pending() == nullptr)
        make_message();
      if (const auto* x = outbox_.due(now_); x != nullptr && attempt(*x))
        out.push_back(body_);
    }
    return out;
  }

  http_poster::result receiver_ = ok;
  std::set<std::string> unwanted_; ///< Cameras whose notices it never takes.
  std::vector<std::string> rejected_;
  std::size_t dropped_ = 0;

private:
  camera_snapshot& camera(const std::string& id) {
    auto found = std::find_if(wall_.cameras.begin(), wall_.cameras.end(),
                              [&](const auto& x) { return x.id == id; });
    if (found == wall_.cameras.end())
      found = wall_.cameras.insert(found, camera_snapshot{.id = id});
    return *found;
  }

  void make_message() {
    std::string body;
    for (const auto& x : rules_.take(now_))
      body += (body.empty() ? "" : ", ") + x.camera + (x.until ? " up" : " down");
    if (!body.empty())
      outbox_.put({.delivery = {}, .body = body, .made = now_});
  }

  bool wants(const std::string& body) const {
    return std::none_of(unwanted_.begin(), unwanted_.end(),
                        [&](const auto& x) { return body.find(x) != std::string::npos; });
  }

  /// Whether it was taken.
  bool attempt(const outbox::message& x) {
    body_ = x.body;
    switch (outbox_.settle(wants(body_) ? receiver_ : unwanted, now_)) {
      case outbox::fate::sent:
        rules_.arrived();
        return true;
      case outbox::fate::kept:
        return false;
      case outbox::fate::rejected:
        rejected_.push_back(body_);
        rules_.rejected(now_);
        return false;
      case outbox::fate::dropped:
        ++dropped_;
        rules_.dropped();
        return false;
    }
    return false;
  }

  wall_snapshot wall_;
  notice_rules::time_point now_{};
  notice_rules rules_{
    {.events = {notice_event::down}, .groups = {}, .after = 30s, .resolved = true}, {}};
  outbox outbox_{7, 1};
  std::string body_; ///< Of the last try.
};

TEST_F(notice_delivery_test,
       tells_what_lasts_when_a_receiver_that_was_away_for_hours_answers_again) {
  receiver_ = away;
  fail("gate");
  EXPECT_THAT(taken(3h), IsEmpty());
  EXPECT_GE(dropped_, 2U);
  receiver_ = ok;
  EXPECT_THAT(taken(2min), ElementsAre("gate down"));
  EXPECT_THAT(taken(5h), IsEmpty()) << "once";
  mend("gate");
  EXPECT_THAT(taken(1min), ElementsAre("gate up"));
}

TEST_F(notice_delivery_test, says_nothing_of_what_came_and_went_while_the_receiver_was_away) {
  receiver_ = away;
  fail("gate");
  EXPECT_THAT(taken(10min), IsEmpty());
  mend("gate");
  EXPECT_THAT(taken(2h), IsEmpty());
  EXPECT_EQ(dropped_, 1U) << "there was nothing more to tell";
  receiver_ = ok;
  EXPECT_THAT(taken(2h), IsEmpty()) << "no end of what it never heard of";
}

TEST_F(notice_delivery_test, tells_begin_and_end_in_order_when_the_receiver_was_away_for_minutes) {
  receiver_ = away;
  fail("gate");
  EXPECT_THAT(taken(10min), IsEmpty());
  mend("gate");
  EXPECT_THAT(taken(10min), IsEmpty());
  receiver_ = ok;
  EXPECT_THAT(taken(5min), ElementsAre("gate down", "gate up"));
}

TEST_F(notice_delivery_test, tells_an_end_that_did_not_arrive_when_the_receiver_answers_again) {
  fail("gate");
  EXPECT_THAT(taken(1min), ElementsAre("gate down"));
  receiver_ = away;
  mend("gate");
  EXPECT_THAT(taken(3h), IsEmpty());
  receiver_ = ok;
  EXPECT_THAT(taken(1h), ElementsAre("gate up"));
}

TEST_F(notice_delivery_test, says_nothing_of_a_fault_that_came_back_before_its_end_arrived) {
  fail("gate");
  EXPECT_THAT(taken(1min), ElementsAre("gate down"));
  receiver_ = away;
  mend("gate");
  EXPECT_THAT(taken(10min), IsEmpty());
  fail("gate");
  EXPECT_THAT(taken(2h), IsEmpty());
  EXPECT_EQ(dropped_, 1U);
  receiver_ = ok;
  EXPECT_THAT(taken(1h), IsEmpty()) << "it knows that it is down";
  mend("gate");
  EXPECT_THAT(taken(1min), ElementsAre("gate up"));
}

TEST_F(notice_delivery_test, tells_anew_of_a_fault_that_came_back_while_its_end_was_on_its_way) {
  fail("gate");
  EXPECT_THAT(taken(1min), ElementsAre("gate down"));
  receiver_ = away;
  mend("gate");
  EXPECT_THAT(taken(10min), IsEmpty());
  fail("gate");
  EXPECT_THAT(taken(10min), IsEmpty());
  receiver_ = ok;
  EXPECT_THAT(taken(5min), ElementsAre("gate up", "gate down"));
  EXPECT_THAT(taken(1h), IsEmpty());
}

TEST_F(notice_delivery_test,
       tells_of_each_of_many_once_and_in_three_messages_after_a_long_absence) {
  receiver_ = away;
  for (int i = 10; i < 26; ++i) {
    fail("cam" + std::to_string(i));
    EXPECT_THAT(taken(11min), IsEmpty());
  }
  receiver_ = ok;
  auto out = taken(1h);
  EXPECT_LE(out.size(), 3U) << "what is on its way, what is new, and what was given up";
  std::string all;
  for (const auto& x : out)
    all += x + ", ";
  EXPECT_EQ(std::count(all.begin(), all.end(), ','), 16) << all;
  for (int i = 10; i < 26; ++i)
    EXPECT_THAT(all, testing::HasSubstr("cam" + std::to_string(i) + " down"));
}

TEST_F(notice_delivery_test, tells_what_was_rejected_again_after_a_minute) {
  receiver_ = unwanted; // As while somebody puts a newer receiver in its place.
  fail("gate");
  EXPECT_THAT(taken(45s), IsEmpty());
  EXPECT_THAT(rejected_, ElementsAre("gate down"));
  receiver_ = ok;
  EXPECT_THAT(taken(40s), IsEmpty()) << "not at once: it may reject all";
  EXPECT_THAT(taken(40s), ElementsAre("gate down"));
  EXPECT_THAT(taken(2h), IsEmpty());
}

TEST_F(notice_delivery_test, floods_nobody_who_rejects_everything) {
  receiver_ = unwanted;
  fail("gate");
  EXPECT_THAT(taken(64min), IsEmpty());
  EXPECT_THAT(rejected_, SizeIs(6)) << "after 1, 2, 4, 8, 16 minutes, and then 32";
  EXPECT_THAT(taken(24h), IsEmpty());
  EXPECT_LE(rejected_.size(), 6U + 25U) << "every hour";
  receiver_ = ok;
  EXPECT_THAT(taken(61min), ElementsAre("gate down"));
}

TEST_F(notice_delivery_test, forgets_an_end_that_is_rejected_for_hours) {
  fail("gate");
  EXPECT_THAT(taken(1min), ElementsAre("gate down"));
  mend("gate");
  receiver_ = unwanted;
  EXPECT_THAT(taken(48h), IsEmpty());
  EXPECT_THAT(rejected_, SizeIs(rejected_ends_max));
  EXPECT_THAT(rejected_, Each("gate up"));
  receiver_ = ok;
  EXPECT_THAT(taken(24h), IsEmpty());
  fail("gate");
  EXPECT_THAT(taken(1min), ElementsAre("gate down"));
}

TEST_F(notice_delivery_test, tells_of_others_while_one_notice_is_never_wanted) {
  unwanted_ = {"gate"};
  fail("gate");
  EXPECT_THAT(taken(5min), IsEmpty());
  for (int i = 0; i < 12; ++i) {
    auto id = "cam" + std::to_string(i);
    fail(id);
    EXPECT_THAT(taken(7min), ElementsAre(id + " down")) << "within two messages' time";
  }
  EXPECT_THAT(rejected_, Each("gate down"));
  EXPECT_THAT(rejected_, Not(IsEmpty()));
}

} // namespace
} // namespace camwall::http
