#include "core/event_history.hpp"

#include "core/wall_json.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace camwall {
namespace {

using namespace std::chrono_literals;

camera_event outage(const std::string& stream = "main") {
  return {.at = wall_time{} + 1s,
          .stream = stream,
          .before = phase::live,
          .after = phase::stale,
          .reason = reason::stalled,
          .detail = "no picture for 2.0 s",
          .attempts = 1};
}

camera_event failed_try(std::chrono::seconds at = 1s, reason why = reason::refused) {
  return {.at = wall_time{} + at,
          .stream = "main",
          .before = phase::connecting,
          .after = phase::backoff,
          .reason = why};
}

camera_event back_live() {
  return {.stream = "main", .before = phase::connecting, .after = phase::live};
}

TEST(event_history_test, keeps_the_newest_when_it_is_full) {
  event_history sut{3};
  for (int i = 0; i < 10; ++i)
    sut.add(outage());
  ASSERT_EQ(sut.list()->size(), 3u);
  EXPECT_EQ(sut.list()->front()->sequence, 8u);
  EXPECT_EQ(sut.list()->back()->sequence, 10u);
}

TEST(event_history_test, counts_a_try_that_fails_the_same_way_again) {
  event_history sut{10};
  sut.add(outage());
  for (auto at : {10s, 20s, 30s})
    sut.add(failed_try(at));
  ASSERT_EQ(sut.list()->size(), 2u);
  const auto& last = *sut.list()->back();
  EXPECT_EQ(last.count, 3u);
  EXPECT_EQ(last.first_at, wall_time{} + 10s);
  EXPECT_EQ(last.at, wall_time{} + 30s);
  EXPECT_EQ(last.sequence, 4u) << "a reader that asks for what is new must see it";
  sut.add(failed_try(40s, reason::timeout));
  EXPECT_EQ(sut.list()->size(), 3u);
}

TEST(event_history_test, does_not_count_over_a_return_to_live) {
  event_history sut{10};
  sut.add(failed_try());
  sut.add(back_live());
  sut.add(failed_try());
  EXPECT_EQ(sut.list()->size(), 3u);
}

TEST(event_history_test, is_bounded_in_bytes) {
  event_history sut{1000};
  for (int i = 0; i < 300; ++i) {
    auto x = outage();
    x.detail = std::string(100'000, 'x');
    sut.add(std::move(x));
    sut.add_last_words("main", std::vector<std::string>(100, std::string(100'000, 'y')));
  }
  std::size_t bytes = 0;
  for (const auto& x : *sut.list()) {
    bytes += x->detail.size();
    for (const auto& line : x->last_words)
      bytes += line.size();
  }
  EXPECT_LE(bytes, event_history::bytes_max);
  EXPECT_GE(sut.list()->size(), 10u);
}

TEST(event_history_test, gives_last_words_to_the_failure_of_their_stream) {
  event_history sut{10};
  sut.add(outage("sub"));
  sut.add(back_live());
  sut.add_last_words("sub", {"out of memory"});
  sut.add_last_words("main", {"all is well"});
  EXPECT_EQ(sut.list()->front()->last_words, std::vector<std::string>{"out of memory"});
  EXPECT_TRUE(sut.list()->back()->last_words.empty());
}

TEST(event_history_test, leaves_a_list_that_somebody_reads_alone) {
  event_history sut{2};
  sut.add(outage());
  auto held = sut.list();
  sut.add_last_words("main", {"late"});
  sut.add(outage());
  ASSERT_EQ(held->size(), 1u);
  EXPECT_TRUE(held->front()->last_words.empty());
}

TEST(event_history_test, does_not_cut_a_character_in_two) {
  event_history sut{2};
  auto x = outage();
  x.detail = std::string(event_history::detail_bytes_max - 1, 'x') + "ü";
  sut.add(std::move(x));
  EXPECT_EQ(sut.list()->back()->detail.size(), event_history::detail_bytes_max - 1);
}

TEST(event_history_test, says_an_event_in_one_line) {
  auto x = outage();
  x.detection_s = 2.04;
  x.wait_s = 0.9;
  EXPECT_EQ(to_line(x),
            "live → stale (stalled): no picture for 2.0 s; noticed 2.04 s after the "
            "last access unit; attempt 1, next try in 0.90 s");
  auto y = back_live();
  y.recovery_s = 65;
  EXPECT_EQ(to_line(y), "connecting → live; was away for 65 s");
  EXPECT_EQ(to_line({.order = "restart"}), "an operator ordered: restart");
}

TEST(event_history_test, is_paged_from_the_newest) {
  event_history sut{10};
  for (int i = 0; i < 5; ++i)
    sut.add(outage());
  camera_snapshot camera{.events = sut.list()};
  auto first = nlohmann::json::parse(events_to_json(camera, 0, 2));
  ASSERT_EQ(first.at("events").size(), 2u);
  EXPECT_EQ(first.at("events")[0].at("sequence"), 5);
  EXPECT_EQ(first.at("events")[0].at("reason"), "stalled");
  EXPECT_EQ(first.at("next"), 4);
  auto last = nlohmann::json::parse(events_to_json(camera, 2, 2));
  EXPECT_EQ(last.at("events").size(), 1u);
  EXPECT_TRUE(last.at("next").is_null());
  EXPECT_TRUE(nlohmann::json::parse(events_to_json({}, 0, 2)).at("events").empty());
}

} // namespace
} // namespace camwall
