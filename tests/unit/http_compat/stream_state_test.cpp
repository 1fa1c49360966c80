#include "http/compat/stream_state.hpp"

#include <gtest/gtest.h>

namespace camwall::http {
namespace {

wall_snapshot wall_with(phase grid, phase main, reason why, const std::string& detail) {
  camera_snapshot camera;
  camera.id = "gate";
  camera.phase = grid;
  camera.reason = why;
  camera.detail = detail;
  camera.grid_stream = "sub";
  camera.streams.resize(2);
  camera.streams[0].name = "main";
  camera.streams[0].status = main;
  camera.streams[1].name = "sub";
  camera.streams[1].status = grid;
  wall_snapshot out;
  out.cameras.push_back(camera);
  return out;
}

TEST(stream_state_test, tells_the_grid_stream_with_its_reason) {
  auto wall = wall_with(phase::backoff, phase::idle, reason::refused, "the camera refuses");
  auto x = state_of(&wall, {"gate", "sub"});
  EXPECT_EQ(x.phase, phase::backoff);
  EXPECT_EQ(x.reason, reason::refused);
  EXPECT_EQ(x.detail, "the camera refuses");
}

TEST(stream_state_test, does_not_lend_the_grid_streams_reason_to_another) {
  auto wall = wall_with(phase::live, phase::backoff, reason::none, "");
  auto x = state_of(&wall, {"gate", "main"});
  EXPECT_EQ(x.phase, phase::backoff);
  EXPECT_EQ(x.reason, reason::none);
  EXPECT_EQ(x.detail, "the camera is backoff");
}

TEST(stream_state_test, knows_what_is_not_there) {
  auto wall = wall_with(phase::live, phase::live, reason::none, "");
  EXPECT_FALSE(state_of(&wall, {"yard", "main"}).known);
  EXPECT_FALSE(state_of(&wall, {"gate", "third"}).known);
  EXPECT_FALSE(state_of(nullptr, {"gate", "main"}).known);
}

TEST(stream_state_test, has_a_word_of_jsmpeg_for_every_phase_and_reason) {
  EXPECT_EQ(jsmpeg_phase(phase::live), "playing");
  EXPECT_EQ(jsmpeg_phase(phase::stale), "connecting");
  EXPECT_EQ(jsmpeg_phase(phase::idle), "stopped");
  EXPECT_EQ(jsmpeg_phase(phase::auth_failed), "ended");
  EXPECT_EQ(jsmpeg_error(reason::auth), "AUTH");
  EXPECT_EQ(jsmpeg_error(reason::not_found), "NOT_FOUND");
  EXPECT_EQ(jsmpeg_error(reason::dns), "CONNECTION_REFUSED");
  EXPECT_EQ(jsmpeg_error(reason::stalled), "TIMEOUT");
  EXPECT_EQ(jsmpeg_error(reason::no_video), "INVALID_STREAM");
  EXPECT_EQ(jsmpeg_error(reason::crashed), "FFMPEG_EXIT");
}

} // namespace
} // namespace camwall::http
