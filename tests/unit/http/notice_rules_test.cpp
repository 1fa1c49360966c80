#include "http/notices/notice_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr notice_pace pace{.gather = 5s, .pause = 30s, .calm = 10s};
const wall_time epoch = wall_time{} + std::chrono::hours{1000};

notice_filter everything() {
  return {
    .events = {all_notice_events.begin(), all_notice_events.end()}, .groups = {}, .after = 30s};
}

/// A wall whose time is ours.
class notice_rules_test : public testing::Test {
protected:
  camera_snapshot& camera(const std::string& id) {
    for (auto& x : wall_.cameras)
      if (x.id == id)
        return x;
    wall_.cameras.push_back(
      {.id = id, .label = "The " + id, .group = "yard", .phase = phase::live});
    return wall_.cameras.back();
  }

  void fail(const std::string& id, reason why = reason::refused) {
    auto& x = camera(id);
    x.phase = phase::backoff;
    x.reason = why;
    x.since = epoch + now_.time_since_epoch();
  }

  void mend(const std::string& id) {
    auto& x = camera(id);
    x.phase = phase::live;
    x.reason = reason::none;
  }

  /// What is told in the seconds to come, at which second of all; it arrives at once.
  std::vector<std::pair<int, notice>> run(std::chrono::seconds how_long) {
    std::vector<std::pair<int, notice>> out;
    for (auto end = now_ + how_long; now_ < end; now_ += 1s) {
      auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now_.time_since_epoch());
      rules_.look(wall_, reload_ ? &*reload_ : nullptr, now_, epoch + now_.time_since_epoch());
      for (auto& x : rules_.take(now_))
        out.emplace_back(static_cast<int>(seconds.count()), std::move(x));
      rules_.arrived();
    }
    return out;
  }

  /// The same as words: `35 gate refused`, `76 gate over`.
  std::vector<std::string> told(std::chrono::seconds how_long) {
    std::vector<std::string> out;
    for (const auto& [second, x] : run(how_long))
      out.push_back(std::to_string(second) + " " + x.camera + (x.camera.empty() ? "" : " ") +
                    (x.until ? "over" : x.what));
    return out;
  }

  wall_snapshot wall_;
  std::optional<reload_outcome> reload_;
  notice_rules::time_point now_{};
  notice_rules rules_{everything(), pace};
};

TEST_F(notice_rules_test, says_nothing_of_a_sound_wall) {
  camera("gate");
  camera("off").phase = phase::disabled;
  camera("asleep").phase = phase::idle;
  EXPECT_THAT(told(300s), IsEmpty());
}

TEST_F(notice_rules_test, tells_of_an_outage_once_and_of_its_end) {
  fail("gate");
  auto began = camera("gate").since;
  EXPECT_THAT(told(300s), ElementsAre("35 gate refused"));
  mend("gate");
  auto end = run(60s);
  ASSERT_EQ(end.size(), 1U);
  EXPECT_EQ(end[0].first, 315) << "10 s without it, and 5 s for what else may come";
  EXPECT_EQ(end[0].second.since, began);
  EXPECT_EQ(end[0].second.until, epoch + 300s);
  EXPECT_EQ(end[0].second.label, "The gate");
  EXPECT_EQ(end[0].second.group, "yard");
  EXPECT_THAT(told(300s), IsEmpty());
}

TEST_F(notice_rules_test, says_nothing_of_what_is_over_in_time) {
  fail("gate");
  EXPECT_THAT(told(29s), IsEmpty());
  mend("gate");
  EXPECT_THAT(told(300s), IsEmpty());
}

TEST_F(notice_rules_test, keeps_the_begin_of_an_outage_through_its_tries) {
  fail("gate");
  auto began = camera("gate").since;
  EXPECT_THAT(told(20s), IsEmpty());
  fail("gate", reason::timeout);
  auto first = run(20s);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].second.what, "timeout");
  EXPECT_EQ(first[0].second.since, began);
}

TEST_F(notice_rules_test, tells_of_who_comes_and_goes_once) {
  std::vector<std::string> all;
  for (int i = 0; i < 30; ++i) {
    fail("gate");
    for (auto& x : told(4s))
      all.push_back(x);
    mend("gate");
    for (auto& x : told(6s))
      all.push_back(x);
  }
  EXPECT_EQ(all.size(), 1U);
  EXPECT_THAT(told(60s), ElementsAre(testing::EndsWith("gate over")));
}

TEST_F(notice_rules_test, calls_nothing_wrong_that_is_well_at_the_moment) {
  rules_ = notice_rules{
    {.events = {notice_event::down}, .groups = {}, .after = 0s, .resolved = true}, pace};
  fail("gate");
  EXPECT_THAT(told(3s), IsEmpty());
  mend("gate");
  EXPECT_THAT(told(5s), IsEmpty()) << "as when the server begins";
  fail("gate");
  EXPECT_THAT(told(5s), ElementsAre("8 gate refused")) << "it waited long enough";
}

TEST_F(notice_rules_test, makes_one_message_of_a_storm) {
  for (int i = 0; i < 16; ++i) {
    fail("cam" + std::to_string(i));
    if (i % 4 == 3) {
      EXPECT_THAT(told(1s), IsEmpty());
    }
  }
  auto out = run(300s);
  ASSERT_EQ(out.size(), 16U);
  EXPECT_EQ(out.front().first, 35);
  EXPECT_EQ(out.back().first, 35);
}

TEST_F(notice_rules_test, waits_between_messages_and_gathers_meanwhile) {
  fail("a");
  EXPECT_THAT(told(2s), IsEmpty());
  fail("b");
  EXPECT_THAT(told(30s), IsEmpty());
  fail("c");
  EXPECT_THAT(told(10s), ElementsAre("35 a refused", "35 b refused"));
  fail("d");
  mend("a");
  EXPECT_THAT(told(60s), ElementsAre("65 a over", "65 c refused", "95 d refused"));
}

TEST_F(notice_rules_test, tells_of_a_bad_picture_and_holds_to_it_while_the_camera_is_restarted) {
  auto& gate = camera("gate");
  gate.conditions = {{condition::frozen, epoch - 40s}};
  auto first = run(60s);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].second.event, notice_event::picture);
  EXPECT_EQ(first[0].second.what, "frozen");
  EXPECT_EQ(first[0].second.since, epoch - 40s);
  gate.phase = phase::connecting;
  gate.conditions.clear();
  EXPECT_THAT(told(20s), IsEmpty()) << "nobody knows";
  gate.phase = phase::live;
  EXPECT_THAT(told(60s), ElementsAre("95 gate over"));
}

TEST_F(notice_rules_test, takes_a_bad_picture_for_over_when_nobody_wants_the_camera) {
  auto& gate = camera("gate");
  gate.conditions = {{condition::black, epoch}, {condition::uniform, epoch}};
  EXPECT_THAT(told(60s), ElementsAre("35 gate black", "35 gate uniform"));
  gate.phase = phase::disabled;
  gate.conditions.clear();
  EXPECT_THAT(told(60s), ElementsAre("75 gate over", "75 gate over"));
}

TEST_F(notice_rules_test, takes_an_outage_for_over_when_the_camera_is_no_longer_configured) {
  fail("gate");
  EXPECT_THAT(told(60s), ElementsAre("35 gate refused"));
  wall_.cameras.clear();
  EXPECT_THAT(told(60s), ElementsAre("75 gate over"));
}

TEST_F(notice_rules_test, tells_of_a_reload_that_failed_without_a_wait) {
  reload_ = reload_outcome{.at = epoch - 1s,
                           .successful = false,
                           .why = {.code = "configuration_invalid",
                                   .detail = "It cannot be taken.",
                                   .faults = {{"wall.yaml:3:4", "a mistake"}, {"b", "c"}}}};
  auto first = run(60s);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].first, 5);
  EXPECT_EQ(first[0].second.what, "configuration_invalid");
  EXPECT_EQ(first[0].second.detail, "wall.yaml:3:4: a mistake, and 1 more");
  EXPECT_EQ(first[0].second.since, epoch - 1s);
  EXPECT_EQ(first[0].second.camera, "");
  reload_ = reload_outcome{.at = epoch + 60s};
  EXPECT_THAT(told(60s), ElementsAre("75 over"));
}

TEST_F(notice_rules_test, tells_only_what_the_receiver_wants) {
  rules_ = notice_rules{
    {.events = {notice_event::down}, .groups = {"lane"}, .after = 0s, .resolved = false}, pace};
  fail("gate");
  fail("shed");
  camera("shed").group = "lane";
  camera("shed").conditions = {{condition::black, epoch}};
  reload_ = reload_outcome{.at = epoch, .successful = false};
  EXPECT_THAT(told(60s), ElementsAre("5 shed refused"));
  mend("shed");
  EXPECT_THAT(told(60s), IsEmpty());
}

} // namespace
} // namespace camwall::http
