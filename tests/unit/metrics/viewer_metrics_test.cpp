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
                          "camwall_viewer_ladder_steps_total{step=\"rebuild\",wall=\"lobby\"} 0\n",
                          "camwall_viewer_ladder_steps_total{step=\"other\",wall=\"\"} 0\n",
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
    x.ladder_steps(wall, ladder_step::seek_to_live, 4);
    x.latency(wall, 0.3);
    x.silent(wall, 1);
  }
  auto text = sut.text();
  for (const auto* row :
       {"camwall_viewer_tiles{badge=\"stale\",wall=\"lobby\"} 2\n",
        "camwall_viewer_tiles_behind{wall=\"lobby\"} 1\n",
        "camwall_viewer_stalls_total{wall=\"lobby\"} 5\n",
        "camwall_viewer_ladder_steps_total{step=\"seek_to_live\",wall=\"lobby\"} 4\n",
        "camwall_viewer_latency_seconds_bucket{wall=\"lobby\",le=\"0.25\"} 0\n",
        "camwall_viewer_latency_seconds_bucket{wall=\"lobby\",le=\"0.5\"} 1\n",
        "camwall_viewer_walls_silent{wall=\"lobby\"} 1\n"})
    EXPECT_THAT(text, HasSubstr(row));
  EXPECT_THAT(text, Not(HasSubstr("unheard")));
}

TEST(viewer_metrics_test, sums_presented_pictures_of_the_cameras_that_there_are) {
  snapshot_cell cell;
  exporter sut{cell, "1.2.3"};
  auto publish = [&](const std::vector<std::string>& ids) {
    auto next = std::make_shared<wall_snapshot>();
    for (const auto& id : ids)
      next->cameras.push_back({.id = id});
    cell.publish(std::move(next));
  };
  auto row = [](const std::string& camera, int frames) {
    return "camwall_viewer_frames_presented_total{camera=\"" + camera + "\"} " +
           std::to_string(frames) + "\n";
  };
  auto& x = sut.viewers();
  publish({"gate", "yard"});
  EXPECT_THAT(sut.text(), HasSubstr(row("yard", 0)));
  x.frames_presented("gate", 150);
  x.frames_presented("gate", 140);
  x.frames_presented("unheard of", 7);
  EXPECT_THAT(sut.text(), HasSubstr(row("gate", 290)));
  EXPECT_THAT(sut.text(), Not(HasSubstr("unheard")));
  publish({"yard"});
  x.frames_presented("yard", 3);
  EXPECT_THAT(sut.text(), HasSubstr(row("yard", 3)));
  EXPECT_THAT(sut.text(), Not(HasSubstr("gate")));
  publish({"gate", "yard"});
  EXPECT_THAT(sut.text(), HasSubstr(row("gate", 0))) << "what is gone is forgotten";
}

} // namespace
} // namespace camwall::metrics
