#pragma once

#include "actors/context.hpp"
#include "actors/messages.hpp"
#include "actors/root.hpp"
#include "actors/supervisor.hpp"
#include "metrics/exporter.hpp"
#include "tests/support/fake_launcher.hpp"
#include "tests/support/virtual_time.hpp"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

namespace camwall {

using namespace std::chrono_literals;

/// The whole tree, from the root to the board, over workers that the test plays.
class wall_tree_test : public test::virtual_time {
protected:
  wall_tree_test() {
    spdlog::set_level(spdlog::level::off);
  }

  void add(const std::string& id, bool with_sub = false, bool enabled = true) {
    config::camera x;
    x.id = x.label = id;
    x.url = "rtsp://us:secret@" + id + "/main";
    x.sub_url = with_sub ? "rtsp://us:secret@" + id + "/sub" : "";
    x.enabled = enabled;
    config_.cameras.push_back(x);
  }

  void start() {
    in_force_ = config_in_force{std::make_shared<const config::wall>(config_)};
    context_ = std::make_shared<wall_context>(wall_context{
      .config = in_force_,
      .launcher = &launcher_,
      .snapshots = &snapshots_,
      .metrics = &exporter_.supervision(),
      .start_zygote = [this] { ++zygotes_; },
      .on_camera_ended = [this](const std::string& id) { ended_.push_back(id); },
    });
    root_ = adopt(spawn_root(system, context_));
  }

  /// What stands in `config_` now comes into force.
  void reload() {
    in_force_.take(std::make_shared<const config::wall>(config_));
    tell_config(system, context_);
    drain();
  }

  void TearDown() override {
    // Names keep actors alive.
    for (auto name : {board_name, gate_name, cameras_name, zygote_name})
      system.registry().erase(name);
    root_ = nullptr;
    virtual_time::TearDown();
  }

  camera_snapshot at(const std::string& id) {
    advance(100ms); // The board gathers for a moment before it publishes.
    const auto* x = snapshots_.load()->find(id);
    return x != nullptr ? *x : camera_snapshot{};
  }

  void order(const std::string& id, camera_order what) {
    caf::anon_send(find_actor(system, cameras_name),
                   to_child{id, caf::make_message(order_camera{what})});
    drain();
  }

  /// Access units every quarter of a second from the newest worker of each camera.
  void live_for(duration span) {
    for (auto end = clock().current_time + span; clock().current_time < end; advance(250ms))
      for (const auto& x : config_.cameras)
        if (auto all = launcher_.of(x.id); !all.empty()) {
          all.back()->tell(media::progress{.frames = ++frames_, .keyframes = 1, .gop_s = 1});
          all.back()->tell(media::segment_published{});
        }
  }

  /// The same of one camera only.
  void live_for(const std::string& id, duration span) {
    for (auto end = clock().current_time + span; clock().current_time < end; advance(250ms)) {
      launcher_.of(id).back()->tell(
        media::progress{.frames = ++frames_, .keyframes = 1, .gop_s = 1});
      launcher_.of(id).back()->tell(media::segment_published{});
    }
  }

  config::wall config_;
  config_in_force in_force_{std::make_shared<const config::wall>()};
  std::vector<std::string> ended_;
  test::fake_launcher launcher_;
  snapshot_cell snapshots_;
  metrics::exporter exporter_{snapshots_, "test"};
  std::shared_ptr<const wall_context> context_;
  caf::actor root_;
  int zygotes_ = 0;
  std::uint64_t frames_ = 10;
};

} // namespace camwall
