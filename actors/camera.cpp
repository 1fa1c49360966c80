#include "actors/camera.hpp"

#include "actors/stream.hpp"
#include "actors/supervisor.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace camwall {

namespace {

constexpr std::chrono::seconds stream_respawn_wait{1};

std::string grid_stream_of(const config::camera& x) {
  return x.sub_url.empty() ? "main" : "sub";
}

phase first_phase(const config::camera& x, const std::string& stream_name) {
  if (!x.enabled)
    return phase::disabled;
  auto on_demand = x.start == config::start_mode::on_demand || stream_name != grid_stream_of(x);
  return on_demand ? phase::idle : phase::connecting;
}

} // namespace

camera_snapshot first_snapshot(const config::camera& x) {
  camera_snapshot out{.id = x.id,
                      .label = x.label,
                      .group = x.group,
                      .since = std::chrono::system_clock::now(),
                      .grid_stream = grid_stream_of(x),
                      .source = x.source.file + ':' + std::to_string(x.source.line),
                      .read_only = !x.api_owned};
  out.phase = first_phase(x, out.grid_stream);
  if (out.phase == phase::connecting)
    out.down_since = out.since;
  for (const auto* which : {"sub", "main"})
    if (which == out.grid_stream || std::string_view{which} == "main")
      out.streams.push_back({.name = which,
                             .status = first_phase(x, which),
                             .hls = "/hls/" + x.id + '/' + which + "/index.m3u8"});
  return out;
}

caf::behavior camera_state::make_behavior(std::shared_ptr<const wall_context> ctx,
                                          config::camera cam) {
  context = std::move(ctx);
  camera = std::move(cam);
  grid_stream = grid_stream_of(camera);
  self->set_exit_handler([this](caf::exit_msg& msg) { on_exit(msg); });
  for (const auto& x : first_snapshot(camera).streams)
    spawn_stream(x.name);
  return {
    [this](stream_status& msg) {
      latest.insert_or_assign(msg.stream.name, std::move(msg));
      report();
    },
    [this](demand_stream& msg) {
      if (auto i = streams.find(msg.stream); i != streams.end())
        self->send(i->second, std::move(msg));
    },
    [this](const order_camera& msg) { obey(msg); },
    [this](respawn_stream& msg) {
      if (!leaving)
        spawn_stream(msg.name);
    },
    [this](leave) { begin_leave(); },
  };
}

void camera_state::begin_leave() {
  leaving = true;
  for (auto& [which, actor] : streams)
    self->send(actor, leave{});
  if (streams.empty())
    self->quit();
}

void camera_state::obey(const order_camera& msg) {
  if (leaving)
    return;
  if (msg.what == camera_order::enable || msg.what == camera_order::disable)
    camera.enabled = msg.what == camera_order::enable; // For streams that are spawned again.
  camera_event event{.at = std::chrono::system_clock::now(),
                     .stream = grid_stream,
                     .order = std::string{to_string(msg.what)}};
  if (auto grid = latest.find(grid_stream); grid != latest.end())
    event.before = event.after = grid->second.stream.status;
  spdlog::info("camera {}: {}", camera.id, to_line(event));
  if (auto board = find_actor(self->system(), board_name))
    self->send(board, event_happened{camera.id, std::move(event)});
  for (auto& [which, actor] : streams)
    self->send(actor, msg);
}

void camera_state::spawn_stream(const std::string& stream_name) {
  auto on_demand = camera.start == config::start_mode::on_demand || stream_name != grid_stream;
  streams[stream_name] = self->spawn<caf::linked>(stream, context, camera, stream_name, on_demand,
                                                  caf::actor_cast<caf::actor>(self));
}

void camera_state::on_exit(const caf::exit_msg& msg) {
  auto i = std::find_if(streams.begin(), streams.end(),
                        [&](const auto& x) { return x.second.address() == msg.source; });
  if (i == streams.end())
    return self->quit(msg.reason); // Our supervisor.
  if (leaving) {
    streams.erase(i);
    if (streams.empty())
      self->quit();
    return;
  }
  spdlog::error("camera {}/{}: its supervision ended ({}); restarted", camera.id, i->first,
                self->system().render(msg.reason));
  self->delayed_send(self, stream_respawn_wait, respawn_stream{i->first});
  streams.erase(i);
}

void camera_state::report() {
  auto grid = latest.find(grid_stream);
  auto board = find_actor(self->system(), board_name);
  if (grid == latest.end() || !board || leaving)
    return; // Who leaves has a successor, or is not shown any more.
  auto out = first_snapshot(camera);
  const auto& x = grid->second;
  out.phase = x.stream.status;
  out.since = x.since;
  out.down_since = x.down_since;
  out.reason = x.reason;
  out.detail = x.detail;
  out.attempts = x.attempts;
  out.next_try = x.next_try;
  out.backoff_s = x.backoff_s;
  out.conditions = x.conditions;
  for (auto& shown : out.streams) {
    auto found = latest.find(shown.name);
    if (found == latest.end())
      continue;
    shown = found->second.stream;
    for (std::size_t i = 0; i < all_reasons.size(); ++i) {
      out.restarts[i] += found->second.restarts[i];
      out.connect_failures[i] += found->second.connect_failures[i];
    }
  }
  self->send(board, camera_status{std::move(out)});
}

caf::behavior camera(caf::stateful_actor<camera_state>* self,
                     std::shared_ptr<const wall_context> context, config::camera what) {
  return self->state.make_behavior(std::move(context), std::move(what));
}

} // namespace camwall
