#include "tests/unit/actors/wall_tree_fixture.hpp"

#include <gmock/gmock.h>

namespace camwall {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// A tree whose configuration changes while it runs.
class wall_tree_reload_test : public wall_tree_test {
protected:
  void start_live() {
    start();
    for (const auto& x : config_.cameras)
      launcher_.of(x.id).at(0)->come_up();
    live_for(15s);
  }

  /// The newest worker of the camera does what it was told and ends.
  void let_end(const std::string& id) {
    ASSERT_TRUE(launcher_.of(id).back()->stopped);
    launcher_.of(id).back()->tell(media::worker_exited{});
    drain();
  }

  std::vector<std::string> shown() {
    advance(100ms);
    std::vector<std::string> out;
    for (const auto& x : snapshots_.load()->cameras)
      out.push_back(x.id);
    return out;
  }

  void remove(const std::string& id) {
    std::erase_if(config_.cameras, [&](const auto& x) { return x.id == id; });
  }

  std::string metrics() {
    advance(100ms);
    return exporter_.text();
  }
};

TEST_F(wall_tree_reload_test, leaves_everybody_alone_when_nothing_changed) {
  add("gate");
  add("yard");
  start_live();
  reload();
  live_for(2s);
  EXPECT_EQ(launcher_.all.size(), 2u);
  EXPECT_FALSE(launcher_.all[0]->stopped || launcher_.all[1]->stopped);
  EXPECT_EQ(at("gate").phase, phase::live);
}

TEST_F(wall_tree_reload_test, starts_a_camera_that_was_added) {
  add("gate");
  start_live();
  add("yard");
  reload();
  ASSERT_EQ(launcher_.of("yard").size(), 1u);
  launcher_.of("yard")[0]->come_up();
  live_for(2s);
  EXPECT_EQ(at("yard").phase, phase::live);
  EXPECT_EQ(launcher_.of("gate").size(), 1u);
}

TEST_F(wall_tree_reload_test, ends_a_removed_camera_in_an_orderly_way_and_forgets_it) {
  add("gate");
  add("yard");
  start_live();
  EXPECT_THAT(metrics(), testing::HasSubstr("camwall_camera_up{camera=\"yard\"} 1"));
  remove("yard");
  reload();
  auto worker = launcher_.of("yard")[0];
  EXPECT_TRUE(worker->stopped);
  EXPECT_FALSE(worker->killed || worker->abandoned) << "it closes its RTSP session first";
  EXPECT_THAT(shown(), ElementsAre("gate"));
  EXPECT_THAT(ended_, IsEmpty());
  let_end("yard");
  EXPECT_THAT(ended_, ElementsAre("yard"));
  EXPECT_TRUE(worker->abandoned);
  EXPECT_THAT(metrics(), testing::Not(testing::HasSubstr("yard")));
  live_for("gate", 10min);
  EXPECT_EQ(launcher_.of("yard").size(), 1u);
  EXPECT_EQ(launcher_.of("gate").size(), 1u);
}

TEST_F(wall_tree_reload_test, replaces_a_changed_camera_only_when_its_worker_has_ended) {
  add("gate");
  add("yard");
  start_live();
  config_.cameras[0].url = "rtsp://gate/other";
  reload();
  EXPECT_TRUE(launcher_.of("gate")[0]->stopped);
  EXPECT_EQ(launcher_.of("gate").size(), 1u) << "never two in one folder";
  EXPECT_EQ(at("gate").phase, phase::connecting);
  let_end("gate");
  ASSERT_EQ(launcher_.of("gate").size(), 2u);
  EXPECT_EQ(launcher_.of("gate")[1]->order.url, "rtsp://gate/other");
  launcher_.of("gate")[1]->come_up();
  live_for(2s);
  EXPECT_EQ(at("gate").phase, phase::live);
  EXPECT_EQ(launcher_.of("yard").size(), 1u);
  ASSERT_TRUE(at("gate").events);
  auto is_reload = [](const event_ptr& x) { return x->order == "reload"; };
  const auto& events = *at("gate").events;
  EXPECT_EQ(std::count_if(events.begin(), events.end(), is_reload), 1);
  EXPECT_GT(events.size(), 1u) << "what was before is not forgotten";
}

TEST_F(wall_tree_reload_test, starts_nobody_while_somebody_still_leaves) {
  add("gate");
  start_live();
  config_.cameras.clear();
  add("yard"); // The same camera under another name, perhaps: it may admit one session only.
  reload();
  EXPECT_TRUE(launcher_.of("yard").empty());
  let_end("gate");
  EXPECT_EQ(launcher_.of("yard").size(), 1u);
}

TEST_F(wall_tree_reload_test, kills_a_worker_that_does_not_end_and_goes_on) {
  add("gate");
  start_live();
  config_.cameras[0].audio = false;
  reload();
  advance(5s);
  EXPECT_TRUE(launcher_.of("gate")[0]->killed);
  EXPECT_EQ(launcher_.of("gate").size(), 2u);
}

TEST_F(wall_tree_reload_test, changes_label_group_and_order_without_a_restart) {
  for (const auto* id : {"a", "b", "c"})
    add(id);
  start_live();
  std::swap(config_.cameras[0], config_.cameras[2]);
  config_.cameras[1].label = "Back yard";
  config_.cameras[1].group = "outside";
  reload();
  EXPECT_THAT(shown(), ElementsAre("c", "b", "a"));
  EXPECT_EQ(at("b").label, "Back yard");
  live_for(10s); // Reports of the camera itself change nothing of that.
  EXPECT_EQ(at("b").label, "Back yard");
  EXPECT_EQ(at("b").group, "outside");
  EXPECT_EQ(at("b").phase, phase::live);
  EXPECT_EQ(launcher_.all.size(), 3u);
}

TEST_F(wall_tree_reload_test, keeps_an_operators_order_for_a_camera_that_did_not_change) {
  add("gate");
  add("yard");
  start_live();
  order("gate", camera_order::disable);
  let_end("gate");
  config_.cameras[0].label = "Gate";
  config_.cameras[1].audio = false;
  reload();
  let_end("yard");
  live_for("yard", 1min);
  EXPECT_EQ(at("gate").phase, phase::disabled);
  EXPECT_EQ(launcher_.of("gate").size(), 1u);
  EXPECT_EQ(launcher_.of("yard").size(), 2u);
}

TEST_F(wall_tree_reload_test, takes_a_camera_back_that_was_removed_while_it_was_ending) {
  add("gate");
  start_live();
  auto all = config_.cameras;
  config_.cameras.clear();
  reload();
  config_.cameras = all;
  reload();
  EXPECT_EQ(launcher_.of("gate").size(), 1u);
  let_end("gate");
  ASSERT_EQ(launcher_.of("gate").size(), 2u);
  launcher_.of("gate")[1]->come_up();
  live_for(2s);
  EXPECT_EQ(at("gate").phase, phase::live);
  EXPECT_THAT(ended_, ElementsAre("gate"));
}

TEST_F(wall_tree_reload_test, starts_only_the_newest_of_several_changes) {
  add("gate");
  start_live();
  for (const auto* url : {"rtsp://gate/2", "rtsp://gate/3", "rtsp://gate/4"}) {
    config_.cameras[0].url = url;
    reload();
  }
  let_end("gate");
  ASSERT_EQ(launcher_.of("gate").size(), 2u);
  EXPECT_EQ(launcher_.of("gate")[1]->order.url, "rtsp://gate/4");
}

TEST_F(wall_tree_reload_test, removes_cameras_that_wait_are_off_or_are_idle_at_once) {
  for (const auto* id : {"waits", "off", "idle"})
    add(id);
  config_.cameras[1].enabled = false;
  config_.cameras[2].start = config::start_mode::on_demand;
  start();
  launcher_.of("waits")[0]->tell(media::failed{reason::refused, "refused"});
  launcher_.of("waits")[0]->tell(media::worker_exited{});
  drain();
  config_.cameras.clear();
  reload();
  EXPECT_THAT(ended_, UnorderedElementsAre("waits", "off", "idle"));
  EXPECT_THAT(shown(), IsEmpty());
  advance(10min);
  EXPECT_EQ(launcher_.all.size(), 1u);
}

TEST_F(wall_tree_reload_test, gives_the_slot_of_a_removed_camera_to_the_next) {
  for (int i = 0; i < 5; ++i)
    add("cam" + std::to_string(i));
  start();
  ASSERT_EQ(launcher_.all.size(), 4u);
  remove(launcher_.all[0]->order.camera);
  reload();
  EXPECT_EQ(launcher_.all.size(), 5u);
}

TEST_F(wall_tree_reload_test, lets_more_cameras_connect_when_the_limit_is_raised) {
  for (int i = 0; i < 16; ++i)
    add("cam" + std::to_string(i));
  start();
  ASSERT_EQ(launcher_.all.size(), 4u);
  config_.limits.connecting_max = 9;
  reload();
  EXPECT_EQ(launcher_.all.size(), 9u);
}

TEST_F(wall_tree_reload_test, restarts_every_camera_for_a_setting_of_all_workers) {
  for (const auto* id : {"a", "b"})
    add(id);
  start_live();
  config_.hls.window = 9;
  reload();
  let_end("a");
  let_end("b");
  ASSERT_EQ(launcher_.all.size(), 4u);
  EXPECT_EQ(launcher_.of("a")[1]->order.window, 9u);
}

TEST_F(wall_tree_reload_test,
       goes_on_with_the_newest_cameras_when_a_part_of_the_tree_is_restarted) {
  add("gate");
  start_live();
  add("yard");
  config_.cameras[0].label = "Gate";
  reload();
  for (auto name : {board_name, gate_name, cameras_name})
    caf::anon_send_exit(find_actor(system, name), caf::exit_reason::unhandled_exception);
  advance(5s);
  EXPECT_THAT(shown(), ElementsAre("gate", "yard"));
  EXPECT_EQ(at("gate").label, "Gate");
  EXPECT_EQ(launcher_.of("yard").size(), 2u);
}

TEST_F(wall_tree_reload_test, ends_while_a_camera_is_leaving) {
  add("gate");
  start_live();
  config_.cameras.clear();
  reload();
  caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
  drain();
  EXPECT_TRUE(launcher_.of("gate")[0]->abandoned);
}

TEST_F(wall_tree_reload_test, comes_to_rest_after_a_hundred_changes) {
  for (const auto* id : {"a", "b", "c"})
    add(id);
  start();
  for (int i = 0; i < 100; ++i) {
    config_.cameras[static_cast<std::size_t>(i % 3)].url = "rtsp://a/" + std::to_string(i);
    if (i % 7 == 0)
      std::swap(config_.cameras[0], config_.cameras[2]);
    reload();
    advance(50ms);
    for (const auto& x : launcher_.all)
      if (x->stopped && !x->abandoned)
        x->tell(media::worker_exited{});
    drain();
  }
  advance(1min);
  auto running = std::count_if(launcher_.all.begin(), launcher_.all.end(),
                               [](const auto& x) { return !x->abandoned; });
  EXPECT_EQ(running, 3);
  for (const auto& x : config_.cameras)
    EXPECT_EQ(launcher_.of(x.id).back()->order.url, x.url);
}

} // namespace
} // namespace camwall
