#include "metrics/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace camwall::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(live_metrics_test, begins_at_zero_and_counts) {
  snapshot_cell cell;
  exporter sut{cell, "1.2.3"};
  sut.live().know_walls({"lobby"});
  for (const auto* row : {"camwall_ws_viewers{format=\"jpeg\"} 0\n",
                          "camwall_ws_dropped_frames_total{reason=\"behind\"} 0\n",
                          "camwall_ws_walls{wall=\"\"} 0\n", "camwall_ws_walls{wall=\"lobby\"} 0\n",
                          "camwall_limit_reached_total{limit=\"subscriptions\"} 0\n"})
    EXPECT_THAT(sut.text(), HasSubstr(row));
  sut.live().viewers(media_format::jpeg, 2);
  sut.live().viewers(media_format::jpeg, -1);
  sut.live().chunks_dropped("behind", 12);
  sut.live().chunks_dropped("a reason that nobody knows", 1);
  sut.live().wall("lobby", 1);
  sut.live().wall("a wall that nobody knows", 1);
  auto text = sut.text();
  for (const auto* row : {"camwall_ws_viewers{format=\"jpeg\"} 1\n",
                          "camwall_ws_dropped_frames_total{reason=\"behind\"} 12\n",
                          "camwall_ws_walls{wall=\"lobby\"} 1\n"})
    EXPECT_THAT(text, HasSubstr(row));
  EXPECT_THAT(text, Not(HasSubstr("nobody knows")));
}

TEST(live_metrics_test, reads_the_data_road_at_each_scrape) {
  snapshot_cell cell;
  exporter sut{cell, "1.2.3"};
  EXPECT_THAT(sut.text(), HasSubstr("camwall_live_feeds 0\n"));
  live_road road{.feeds = 1, .subscriptions = 2, .kept_bytes = 3, .chunks = 4, .bytes = 5};
  sut.read_live_road([&road] { return road; });
  for (const auto* row :
       {"camwall_live_feeds 1\n", "camwall_live_subscriptions 2\n", "camwall_live_kept_bytes 3\n",
        "camwall_live_chunks_total 4\n", "camwall_live_bytes_total 5\n"})
    EXPECT_THAT(sut.text(), HasSubstr(row));
  road.feeds = 0;
  EXPECT_THAT(sut.text(), HasSubstr("camwall_live_feeds 0\n"));
}

} // namespace
} // namespace camwall::metrics
