#include "tests/unit/actors/wall_tree_fixture.hpp"

#include <gmock/gmock.h>

namespace camwall {
namespace {

class wall_tree_history_test : public wall_tree_test {};

TEST_F(wall_tree_history_test, remembers_an_outage_with_its_times_and_the_workers_last_words) {
  add("gate");
  start();
  launcher_.of("gate")[0]->come_up();
  live_for(15s);
  launcher_.of("gate")[0]->tell(media::worker_exited{
    .signalled = true, .code = SIGSEGV, .detail = "died", .last_words = {"bad packet"}});
  advance(100ms);
  launcher_.of("gate")[1]->come_up();
  auto events = at("gate").events;
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 3u);
  EXPECT_EQ(events->at(0)->after, phase::live);
  const auto& fault = *events->at(1);
  EXPECT_EQ(fault.before, phase::live);
  EXPECT_EQ(fault.reason, reason::crashed);
  EXPECT_EQ(fault.last_words, std::vector<std::string>{"bad packet"});
  EXPECT_NEAR(fault.detection_s.value_or(-1), 0.25, 0.01);
  EXPECT_NEAR(events->at(2)->recovery_s.value_or(-1), 0.1, 0.01);
}

TEST_F(wall_tree_history_test, measures_detection_recovery_and_the_way_to_the_first_frame) {
  using ::testing::HasSubstr;
  add("gate");
  start();
  advance(1s);
  launcher_.of("gate")[0]->come_up();
  live_for(15s);
  EXPECT_THAT(exporter_.text(), HasSubstr("camwall_detection_seconds_count 0\n"));
  advance(4s); // Silence.
  ASSERT_EQ(launcher_.of("gate").size(), 2u);
  launcher_.of("gate")[1]->come_up();
  drain();
  auto text = exporter_.text();
  EXPECT_THAT(text, HasSubstr("camwall_detection_seconds_bucket{le=\"2\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("camwall_detection_seconds_bucket{le=\"2.5\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("camwall_recovery_seconds_bucket{le=\"1\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("camwall_recovery_seconds_bucket{le=\"2\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("camwall_time_to_first_frame_seconds_bucket{le=\"0.5\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("camwall_time_to_first_frame_seconds_count 2\n"));
}

TEST_F(wall_tree_history_test, takes_the_end_of_a_stream_that_nobody_watches_for_no_fault) {
  using ::testing::HasSubstr;
  add("gate", true);
  start();
  launcher_.of("gate", "sub").back()->tell(media::opened{}); // The password is right.
  auto want = [&] {
    caf::anon_send(find_actor(system, cameras_name),
                   to_child{"gate", caf::make_message(demand_stream{"gate", "main"})});
    drain();
  };
  want();
  launcher_.of("gate", "main").back()->come_up();
  advance(1s);
  for (int i = 0; i < 4 * 31; ++i) {
    launcher_.of("gate", "main").back()->tell(media::progress{.frames = ++frames_, .gop_s = 1});
    launcher_.of("gate", "main").back()->tell(media::segment_published{});
    advance(250ms);
  }
  ASSERT_TRUE(launcher_.of("gate", "main").back()->stopped);
  launcher_.of("gate", "main").back()->tell(media::worker_exited{});
  advance(100s);
  want();
  launcher_.of("gate", "main").back()->come_up();
  drain();
  EXPECT_THAT(exporter_.text(), HasSubstr("camwall_detection_seconds_count 0\n"));
  EXPECT_THAT(exporter_.text(), HasSubstr("camwall_recovery_seconds_count 0\n"));
}

TEST_F(wall_tree_history_test, keeps_the_history_when_the_board_is_restarted) {
  add("gate");
  start();
  launcher_.of("gate")[0]->come_up();
  ASSERT_EQ(at("gate").events->size(), 1u);
  caf::anon_send_exit(find_actor(system, board_name), caf::exit_reason::unhandled_exception);
  live_for(2s);
  EXPECT_EQ(at("gate").events->size(), 1u);
}

TEST_F(wall_tree_history_test, obeys_the_operator_and_remembers_the_order) {
  add("gate", true);
  add("yard");
  start();
  launcher_.of("gate", "sub")[0]->come_up();
  drain();
  order("gate", camera_order::disable);
  EXPECT_TRUE(launcher_.of("gate", "sub")[0]->stopped);
  launcher_.of("gate", "sub")[0]->tell(media::worker_exited{});
  drain();
  EXPECT_EQ(at("gate").phase, phase::disabled);
  EXPECT_NE(at("yard").phase, phase::disabled);
  advance(1h);
  EXPECT_EQ(launcher_.of("gate", "sub").size(), 1u);
  order("gate", camera_order::enable);
  EXPECT_EQ(launcher_.of("gate", "sub").size(), 2u);
  launcher_.of("gate", "sub")[1]->come_up();
  drain();
  std::vector<std::string> orders;
  for (const auto& x : *at("gate").events)
    if (!x->order.empty())
      orders.push_back(x->order);
  EXPECT_EQ(orders, (std::vector<std::string>{"disable", "enable"}));
  EXPECT_THAT(exporter_.text(), ::testing::HasSubstr("camwall_recovery_seconds_count 0\n"))
    << "a camera that was switched off did not recover";
}

TEST_F(wall_tree_history_test, remembers_when_a_condition_came_and_went) {
  add("gate");
  start();
  auto worker = launcher_.of("gate")[0];
  worker->come_up();
  worker->tell(media::picture_judged{.conditions = {{condition::black, 10}}, .decoded = 5});
  worker->tell(media::picture_judged{.conditions = {{condition::black, 12}}, .decoded = 6});
  worker->tell(media::picture_judged{.moved = true, .decoded = 7});
  auto events = at("gate").events;
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 3u);
  EXPECT_EQ(events->at(1)->sign, "black");
  EXPECT_TRUE(events->at(1)->holds);
  EXPECT_EQ(events->at(1)->detail, "the picture is black, since 10 s");
  EXPECT_EQ(events->at(2)->sign, "black");
  EXPECT_FALSE(events->at(2)->holds);
}

TEST_F(wall_tree_history_test, says_how_many_messages_wait_for_each_of_its_main_actors) {
  add("gate");
  start();
  for (auto name : {board_name, gate_name, cameras_name, zygote_name}) {
    auto depth = std::make_shared<std::atomic<std::size_t>>(99);
    auto actor = find_actor(system, name);
    caf::anon_send(actor, measure_mailbox{depth});
    for (int i = 0; i < 3; ++i)
      caf::anon_send(actor, still_there{});
    drain();
    EXPECT_EQ(*depth, 3U) << to_string(name);
    caf::anon_send(actor, measure_mailbox{depth});
    drain();
    EXPECT_EQ(*depth, 0U) << to_string(name);
  }
}

} // namespace
} // namespace camwall
