#include "tests/unit/actors/wall_tree_fixture.hpp"

#include <gmock/gmock.h>

namespace camwall {
namespace {

TEST_F(wall_tree_test, shows_every_camera_before_anything_is_known_of_it) {
  add("gate");
  add("attic", false, false);
  start();
  EXPECT_EQ(at("gate").phase, phase::connecting);
  EXPECT_EQ(at("attic").phase, phase::disabled);
  EXPECT_EQ(zygotes_, 1);
}

TEST_F(wall_tree_test, brings_a_camera_up_and_publishes_its_facts) {
  add("gate");
  start();
  ASSERT_EQ(launcher_.of("gate").size(), 1u);
  launcher_.of("gate")[0]->come_up();
  drain();
  auto gate = at("gate");
  EXPECT_EQ(gate.phase, phase::live);
  ASSERT_EQ(gate.streams.size(), 1u);
  EXPECT_EQ(gate.streams[0].video, "h264");
  EXPECT_EQ(gate.streams[0].width, 640);
  EXPECT_TRUE(gate.streams[0].last_segment);
}

TEST_F(wall_tree_test, restarts_one_camera_and_leaves_its_neighbour_alone) {
  add("gate");
  add("yard");
  start();
  launcher_.of("gate")[0]->come_up();
  launcher_.of("yard")[0]->come_up();
  live_for(15s);
  launcher_.of("gate")[0]->end_by(SIGKILL);
  drain();
  EXPECT_EQ(launcher_.of("gate").size(), 2u) << "at once";
  EXPECT_EQ(launcher_.of("yard").size(), 1u);
  EXPECT_EQ(at("yard").phase, phase::live);
  EXPECT_EQ(at("gate").reason, reason::killed);
}

TEST_F(wall_tree_test, says_since_when_a_camera_is_down_whatever_becomes_of_its_tries) {
  add("gate");
  start();
  auto waited_for = at("gate").down_since;
  EXPECT_TRUE(waited_for) << "since it was wanted";
  launcher_.of("gate")[0]->tell(media::failed{reason::refused, "no"});
  launcher_.of("gate")[0]->tell(media::worker_exited{});
  advance(5s);
  ASSERT_EQ(launcher_.of("gate").size(), 2u);
  EXPECT_EQ(at("gate").down_since, waited_for);
  launcher_.of("gate")[1]->come_up();
  live_for(15s);
  EXPECT_FALSE(at("gate").down_since);
  auto last_picture = at("gate").streams[0].last_access_unit;
  ASSERT_TRUE(last_picture);
  launcher_.of("gate")[1]->end_by(SIGKILL);
  drain();
  EXPECT_EQ(at("gate").down_since, last_picture);
  launcher_.of("gate")[2]->tell(media::failed{reason::refused, "no"});
  launcher_.of("gate")[2]->tell(media::worker_exited{});
  drain();
  EXPECT_EQ(at("gate").phase, phase::backoff);
  EXPECT_EQ(at("gate").down_since, last_picture);
  order("gate", camera_order::disable);
  EXPECT_FALSE(at("gate").down_since) << "nobody wants a picture of it";
}

TEST_F(wall_tree_test, orders_the_judgement_of_the_picture_as_the_camera_is_configured) {
  add("gate");
  config_.cameras[0].picture.interval = config::seconds_f{5};
  config_.cameras[0].picture.ignore = {condition::black, condition::undecodable};
  start();
  auto rules = launcher_.of("gate")[0]->order.picture;
  EXPECT_TRUE(rules.check);
  EXPECT_EQ(rules.interval_s, 5);
  EXPECT_EQ(rules.frozen_after_s, 30);
  EXPECT_EQ(rules.black_after_s, 0) << "ignored";
  EXPECT_EQ(rules.undecodable_after, 0u);
}

TEST_F(wall_tree_test, shows_a_frozen_picture_with_its_begin_and_restarts_the_camera_once) {
  add("gate");
  start();
  launcher_.of("gate")[0]->come_up();
  live_for(40s);
  const media::picture_judged frozen{
    .conditions = {{condition::frozen, 30}}, .decoded = 20, .undecodable = 1, .cpu_s = 0.1};
  launcher_.of("gate")[0]->tell(frozen);
  drain();
  EXPECT_TRUE(launcher_.of("gate")[0]->stopped);
  EXPECT_EQ(at("gate").phase, phase::stale);
  EXPECT_EQ(at("gate").reason, reason::stalled);
  launcher_.of("gate")[0]->tell(media::worker_exited{});
  drain();
  ASSERT_EQ(launcher_.of("gate").size(), 2u);
  launcher_.of("gate")[1]->come_up();
  live_for(31s);
  launcher_.of("gate")[1]->tell(frozen);
  live_for(10s);
  auto gate = at("gate");
  EXPECT_EQ(gate.phase, phase::live);
  ASSERT_EQ(gate.conditions.size(), 1u);
  EXPECT_EQ(gate.conditions[0].what, condition::frozen);
  EXPECT_EQ(gate.streams[0].pictures_judged, 42u) << "of both workers";
  EXPECT_EQ(launcher_.of("gate").size(), 2u) << "the next restart is five minutes away";
}

TEST_F(wall_tree_test, notices_a_stopped_worker_and_replaces_it) {
  add("gate");
  start();
  launcher_.of("gate")[0]->come_up();
  live_for(15s);
  advance(2500ms);
  EXPECT_TRUE(launcher_.of("gate")[0]->killed);
  EXPECT_EQ(launcher_.of("gate").size(), 2u);
  EXPECT_EQ(at("gate").phase, phase::stale);
}

TEST_F(wall_tree_test, ignores_what_an_earlier_worker_still_says) {
  add("gate");
  start();
  auto first = launcher_.of("gate")[0];
  first->come_up();
  live_for(15s);
  first->end_by(SIGKILL);
  drain();
  first->tell(media::progress{.frames = 99});
  drain();
  EXPECT_EQ(at("gate").phase, phase::connecting);
}

TEST_F(wall_tree_test, never_has_more_than_four_cameras_connecting) {
  for (int i = 0; i < 16; ++i)
    add("cam" + std::to_string(i));
  start();
  EXPECT_EQ(launcher_.all.size(), 4u);
  launcher_.all[0]->tell(media::opened{});
  drain();
  EXPECT_EQ(launcher_.all.size(), 5u);
  advance(20s); // Silent cameras hold a slot for three seconds.
  EXPECT_GE(launcher_.all.size(), 16u);
}

TEST_F(wall_tree_test, starts_main_beside_a_sub_only_when_somebody_wants_it) {
  add("gate", true);
  start();
  ASSERT_EQ(launcher_.of("gate", "sub").size(), 1u);
  launcher_.of("gate", "sub")[0]->come_up();
  EXPECT_TRUE(launcher_.of("gate", "main").empty());
  auto cameras = find_actor(system, cameras_name);
  caf::anon_send(cameras, to_child{"gate", caf::make_message(demand_stream{"gate", "main"})});
  drain();
  EXPECT_EQ(launcher_.of("gate", "main").size(), 1u);
  EXPECT_EQ(at("gate").grid_stream, "sub");
}

TEST_F(wall_tree_test, keeps_counting_over_restarts_of_workers) {
  add("gate");
  start();
  launcher_.of("gate")[0]->tell(media::progress{
    .frames = 100, .bytes = 1000, .renditions = {.made = 9, .skipped = 8, .damaged = 7}});
  launcher_.of("gate")[0]->tell(media::progress{.renditions = {.made = 3}});
  live_for(15s);
  auto before = at("gate").streams[0].frames;
  launcher_.of("gate")[0]->end_by(SIGSEGV);
  drain();
  launcher_.of("gate")[1]->tell(
    media::progress{.frames = 5, .bytes = 50, .renditions = {.made = 4, .skipped = 1}});
  advance(2s);
  const auto& after = at("gate").streams[0];
  EXPECT_EQ(after.frames, before + 5);
  EXPECT_EQ(after.renditions_made, 13u);
  EXPECT_EQ(after.renditions_skipped, 9u);
  EXPECT_EQ(after.renditions_damaged, 7u);
}

TEST_F(wall_tree_test, brings_a_camera_back_whose_supervision_itself_died) {
  add("gate");
  start();
  launcher_.of("gate")[0]->come_up();
  drain();
  caf::anon_send_exit(find_actor(system, cameras_name), caf::exit_reason::unhandled_exception);
  drain();
  EXPECT_TRUE(launcher_.of("gate")[0]->abandoned);
  advance(2s);
  EXPECT_EQ(launcher_.of("gate").size(), 2u);
}

TEST_F(wall_tree_test, logs_in_twice_whichever_stream_is_asked_for) {
  add("gate", true);
  start();
  for (int i = 0; i < 34 * 60; ++i) {
    for (const auto& x : launcher_.all)
      if (!std::exchange(x->stopped, true)) { // Each worker is refused once.
        x->tell(media::failed{reason::auth, "401"});
        x->tell(media::worker_exited{});
      }
    advance(1s);
    for (const auto* which : {"main", "sub"})
      caf::anon_send(find_actor(system, cameras_name),
                     to_child{"gate", caf::make_message(demand_stream{"gate", which})});
  }
  EXPECT_EQ(launcher_.all.size(), 2u);
  EXPECT_EQ(at("gate").phase, phase::auth_failed);
}

TEST_F(wall_tree_test, remembers_that_udp_brought_nothing) {
  add("gate");
  config_.cameras[0].transport = config::transport::udp;
  start();
  EXPECT_EQ(launcher_.of("gate")[0]->order.transport, "udp");
  launcher_.of("gate")[0]->tell(media::failed{reason::timeout, "no picture"});
  launcher_.of("gate")[0]->tell(media::worker_exited{});
  advance(2s);
  ASSERT_EQ(launcher_.of("gate").size(), 2u);
  EXPECT_EQ(launcher_.of("gate")[1]->order.transport, "tcp");
  launcher_.of("gate")[1]->come_up();
  live_for(15s);
  launcher_.of("gate")[1]->end_by(SIGKILL);
  drain();
  EXPECT_EQ(launcher_.of("gate")[2]->order.transport, "tcp");
}

TEST_F(wall_tree_test, lets_64_cameras_that_return_at_once_connect_four_at_a_time) {
  for (int i = 0; i < 64; ++i)
    add("cam" + std::to_string(i));
  config_.limits.cameras_max = 64;
  start();
  std::size_t answered = 0;
  for (int i = 0; i < 64; ++i) {
    ASSERT_LE(launcher_.all.size() - answered, 4u);
    ASSERT_GT(launcher_.all.size(), answered);
    launcher_.all[answered++]->come_up();
    drain();
  }
  live_for(15s);
  for (int i = 0; i < 64; ++i)
    launcher_.all[static_cast<std::size_t>(i)]->end_by(SIGKILL); // All at once.
  drain();
  for (answered = 64; answered < 128; ++answered) {
    ASSERT_LE(launcher_.all.size() - answered, 4u);
    ASSERT_GT(launcher_.all.size(), answered);
    launcher_.all[answered]->come_up();
    drain();
  }
}

TEST_F(wall_tree_test, brings_a_healthy_camera_back_at_once_beside_forty_black_holes) {
  for (int i = 0; i < 40; ++i)
    add("hole" + std::to_string(i)); // Silent for ever.
  add("gate");
  start();
  while (launcher_.of("gate").empty())
    advance(1s);
  launcher_.of("gate")[0]->come_up();
  live_for("gate", 20min);
  for (int i = 1; i <= 5; ++i) {
    launcher_.of("gate").back()->end_by(SIGKILL);
    drain();
    ASSERT_EQ(launcher_.of("gate").size(), i + 1u) << "without any wait";
    launcher_.of("gate").back()->come_up();
    live_for("gate", 61s);
  }
}

TEST_F(wall_tree_test, gets_over_the_end_of_the_board_and_of_the_gate) {
  add("gate");
  start();
  launcher_.of("gate")[0]->come_up();
  live_for(2s);
  for (auto name : {board_name, gate_name})
    caf::anon_send_exit(find_actor(system, name), caf::exit_reason::unhandled_exception);
  drain();
  live_for(15s);
  EXPECT_EQ(at("gate").phase, phase::live);
  launcher_.of("gate")[0]->end_by(SIGKILL);
  live_for(10s);
  EXPECT_EQ(launcher_.of("gate").size(), 2u);
}

TEST_F(wall_tree_test, ends_its_workers_when_it_is_told_to_end) {
  add("gate");
  start();
  launcher_.of("gate")[0]->come_up();
  drain();
  caf::anon_send_exit(root_, caf::exit_reason::user_shutdown);
  drain();
  EXPECT_TRUE(launcher_.of("gate")[0]->abandoned);
}

TEST_F(wall_tree_test, logs_in_twice_when_both_streams_start_at_once) {
  add("gate", true);
  start();
  caf::anon_send(find_actor(system, cameras_name),
                 to_child{"gate", caf::make_message(demand_stream{"gate", "main"})});
  drain();
  ASSERT_EQ(launcher_.all.size(), 1u) << "nobody knows yet whether the password is right";
  for (int i = 0; i < 34 * 60; ++i) {
    for (const auto& x : launcher_.all)
      if (!std::exchange(x->stopped, true)) {
        x->tell(media::failed{reason::auth, "401"});
        x->tell(media::worker_exited{});
      }
    advance(1s);
    caf::anon_send(find_actor(system, cameras_name),
                   to_child{"gate", caf::make_message(demand_stream{"gate", "main"})});
  }
  EXPECT_EQ(launcher_.all.size(), 2u);
  EXPECT_EQ(at("gate").phase, phase::auth_failed);
}

TEST_F(wall_tree_test, lets_each_stream_try_its_own_password) {
  add("gate", true);
  config_.cameras[0].url = "rtsp://admin:one@gate/main";
  config_.cameras[0].sub_url = "rtsp://viewer:two@gate/sub";
  start();
  auto sub = launcher_.of("gate", "sub")[0];
  sub->tell(media::failed{reason::auth, "401"});
  sub->tell(media::worker_exited{});
  caf::anon_send(find_actor(system, cameras_name),
                 to_child{"gate", caf::make_message(demand_stream{"gate", "main"})});
  drain();
  EXPECT_EQ(launcher_.of("gate", "main").size(), 1u);
}

TEST_F(wall_tree_test, refuses_a_stream_on_demand_beyond_the_limit_until_there_is_room) {
  for (const auto* id : {"always", "one", "two"})
    add(id);
  config_.limits.streams_max = 2;
  config_.cameras[1].start = config_.cameras[2].start = config::start_mode::on_demand;
  start();
  auto want = [this](const std::string& id) {
    caf::anon_send(find_actor(system, cameras_name),
                   to_child{id, caf::make_message(demand_stream{id, "main"})});
    drain();
  };
  want("one");
  want("two");
  EXPECT_EQ(launcher_.of("one").size(), 1u);
  EXPECT_TRUE(launcher_.of("two").empty());
  advance(100ms);
  EXPECT_EQ(at("two").phase, phase::idle);
  EXPECT_EQ(at("two").reason, reason::resources);
  EXPECT_NE(at("two").detail.find("limits.streams_max"), std::string::npos);
  caf::anon_send(find_actor(system, cameras_name),
                 to_child{"one", caf::make_message(order_camera{camera_order::disable})});
  drain();
  launcher_.of("one")[0]->tell(media::worker_exited{});
  drain();
  want("two");
  EXPECT_EQ(launcher_.of("two").size(), 1u);
  advance(100ms);
  EXPECT_EQ(at("two").reason, reason::none);
}

TEST_F(wall_tree_test, begins_with_the_transport_that_the_camera_took) {
  add("gate");
  config_.cameras[0].transport = config::transport::udp;
  start();
  launcher_.of("gate")[0]->tell(media::opened{.video = "h264", .transport = "tcp"});
  launcher_.of("gate")[0]->tell(media::progress{.frames = 1, .keyframes = 1});
  live_for(11s);
  launcher_.of("gate")[0]->end_by(SIGSEGV);
  advance(100ms);
  ASSERT_EQ(launcher_.of("gate").size(), 2u);
  EXPECT_EQ(launcher_.of("gate")[1]->order.transport, "tcp");
}

} // namespace
} // namespace camwall
