#include "metrics/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace camwall::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(viewer_metrics_test, begins_at_zero_for_every_wall_and_badge) {
  snapshot_cell cell;
  exporter sut{cell, "1.2.3"};
  sut.viewers().know_walls({"lobby"});
  auto text = sut.text();
  for (const auto* row : {"camwall_viewer_tiles{badge=\"auth_failed\",wall=\"\"} 0\n",
                          "camwall_viewer_tiles{badge=\"other\",wall=\"lobby\"} 0\n",
                          "camwall_viewer_tiles_behind{wall=\"lobby\"} 0\n",
                          "camwall_viewer_stalls_total{wall=\"lobby\"} 0\n",
                          "camwall_viewer_latency_seconds_count{wall=\"lobby\"} 0\n",
                          "camwall_viewer_walls_silent{wall=\"lobby\"} 0\n"})
    EXPECT_THAT(text, HasSubstr(row));
}

TEST(viewer_metrics_test, counts_what_walls_report_and_ignores_names_that_nobody_knows) {
  snapshot_cell cell;
  exporter sut{cell, "1.2.3"};
  auto& x = sut.viewers();
  x.know_walls({"lobby"});
  for (const auto* wall : {"lobby", "unheard of"}) {
    x.tiles(wall, tile_badge::stale, 3);
    x.tiles(wall, tile_badge::stale, -1);
    x.tiles_behind(wall, 1);
    x.stalls(wall, 5);
    x.latency(wall, 0.3);
    x.silent(wall, 1);
  }
  auto text = sut.text();
  for (const auto* row : {"camwall_viewer_tiles{badge=\"stale\",wall=\"lobby\"} 2\n",
                          "camwall_viewer_tiles_behind{wall=\"lobby\"} 1\n",
                          "camwall_viewer_stalls_total{wall=\"lobby\"} 5\n",
                          "camwall_viewer_latency_seconds_bucket{wall=\"lobby\",le=\"0.25\"} 0\n",
                          "camwall_viewer_latency_seconds_bucket{wall=\"lobby\",le=\"0.5\"} 1\n",
                          "camwall_viewer_walls_silent{wall=\"lobby\"} 1\n"})
    EXPECT_THAT(text, HasSubstr(row));
  EXPECT_THAT(text, Not(HasSubstr("unheard")));
}

} // namespace
} // namespace camwall::metrics
