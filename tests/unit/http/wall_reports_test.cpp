#include "http/live/wall_reports.hpp"

#include "tests/unit/http/live_fakes.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <optional>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

class wall_reports_test : public testing::Test {
protected:
  wall_reports_test() {
    for (const auto* id : {"gate", "yard"})
      cameras.cameras.push_back({.id = id, .phase = phase::live});
    sut.emplace(observer, limits, "lobby");
  }

  bool take(std::vector<tile_report> tiles, std::chrono::milliseconds after = 10s) {
    now += after;
    return sut->take({std::move(tiles)}, cameras, now);
  }

  int tiles(tile_badge badge) {
    return observer.tiles[{"lobby", badge}];
  }

  fake_observer observer;
  live_limits limits;
  wall_snapshot cameras;
  wall_reports::time_point now{1h};
  std::optional<wall_reports> sut;
};

TEST_F(wall_reports_test, counts_tiles_by_what_they_say) {
  take({{"gate", tile_badge::live, 0, 240ms}, {"yard", tile_badge::live, 0, {}}});
  EXPECT_EQ(tiles(tile_badge::live), 2);
  take({{"gate", tile_badge::live, 0, 250ms}, {"yard", tile_badge::stale, 3, {}}});
  EXPECT_EQ(tiles(tile_badge::live), 1);
  EXPECT_EQ(tiles(tile_badge::stale), 1);
  EXPECT_EQ(observer.stalls["lobby"], 3U);
  EXPECT_THAT(observer.latencies["lobby"], ElementsAre(240ms, 250ms));
}

TEST_F(wall_reports_test, sums_what_the_page_presented_and_did) {
  ladder_steps steps{};
  steps[static_cast<std::size_t>(ladder_step::rebuild)] = 2;
  take({{.camera = "gate", .badge = tile_badge::live, .frames = 150},
        {.camera = "yard", .badge = tile_badge::stale, .frames = 3, .steps = steps},
        {.camera = "a camera that is gone", .frames = 9, .steps = steps}});
  take({{.camera = "gate", .badge = tile_badge::live, .frames = 149}});
  EXPECT_THAT(observer.frames, ElementsAre(Pair("gate", 299U), Pair("yard", 3U)));
  EXPECT_THAT(observer.steps, ElementsAre(Pair(Pair("lobby", ladder_step::rebuild), 4U)));
}

TEST_F(wall_reports_test, calls_a_tile_behind_only_while_its_camera_is_up) {
  take({{"gate", tile_badge::stale, 0, {}}, {"yard", tile_badge::unplayable, 0, {}}});
  EXPECT_EQ(observer.behind["lobby"], 2);
  cameras.cameras[0].phase = phase::stale;
  cameras.cameras[1].conditions = {{.what = condition::frozen}};
  take({{"gate", tile_badge::stale, 0, {}}, {"yard", tile_badge::frozen, 0, {}}});
  EXPECT_EQ(observer.behind["lobby"], 0);
  cameras.cameras[0].phase = phase::live;
  cameras.cameras[1].conditions = {{.what = condition::black}};
  take({{"gate", tile_badge::paused, 0, {}}, {"yard", tile_badge::black, 0, {}}});
  EXPECT_EQ(observer.behind["lobby"], 0);
  take({{"a camera that is gone", tile_badge::stale, 0, {}}});
  EXPECT_EQ(observer.behind["lobby"], 0);
}

TEST_F(wall_reports_test, leaves_aside_what_comes_too_often) {
  EXPECT_TRUE(take({{"gate", tile_badge::live, 0, {}}}));
  EXPECT_TRUE(take({{"gate", tile_badge::live, 0, {}}}, 0s)) << "two may come at once";
  EXPECT_FALSE(take({{"gate", tile_badge::stale, 9, {}}}, 1s));
  EXPECT_EQ(tiles(tile_badge::live), 1);
  EXPECT_EQ(observer.stalls["lobby"], 0U);
  EXPECT_TRUE(take({{"gate", tile_badge::stale, 1, {}}}, 4s));
  EXPECT_TRUE(take({}, 0s)) << "a goodbye is always heard";
}

TEST_F(wall_reports_test, forgets_the_tiles_of_a_wall_that_falls_silent) {
  take({{"gate", tile_badge::stale, 0, {}}});
  sut->on_tick(now + 29s);
  EXPECT_EQ(observer.silent["lobby"], 0);
  sut->on_tick(now + 30s);
  sut->on_tick(now + 31s);
  EXPECT_EQ(observer.silent["lobby"], 1);
  EXPECT_EQ(tiles(tile_badge::stale), 0);
  EXPECT_EQ(observer.behind["lobby"], 0);
  take({{"gate", tile_badge::live, 0, {}}}, 60s);
  EXPECT_EQ(observer.silent["lobby"], 0);
  EXPECT_EQ(tiles(tile_badge::live), 1);
}

TEST_F(wall_reports_test, misses_nobody_who_never_reported_or_said_goodbye) {
  sut->on_tick(now + 1h);
  EXPECT_EQ(observer.silent["lobby"], 0);
  take({{"gate", tile_badge::live, 0, {}}});
  take({});
  sut->on_tick(now + 1h);
  EXPECT_EQ(observer.silent["lobby"], 0);
  EXPECT_EQ(tiles(tile_badge::live), 0);
}

TEST_F(wall_reports_test, takes_everything_back_when_the_wall_goes) {
  take({{"gate", tile_badge::stale, 2, {}}});
  sut->on_tick(now + 30s);
  sut.reset();
  EXPECT_EQ(observer.silent["lobby"], 0);
  EXPECT_EQ(observer.behind["lobby"], 0);
  EXPECT_EQ(tiles(tile_badge::stale), 0);
  EXPECT_EQ(observer.stalls["lobby"], 2U) << "a sum stays";
}

} // namespace
} // namespace camwall::http
