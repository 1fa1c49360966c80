#include "tests/unit/http_compat/compat_fixture.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace camwall::http {

namespace {

camera_snapshot camera_with(const std::string& id, std::vector<std::string> streams) {
  camera_snapshot out;
  out.id = id;
  out.label = "The " + id;
  out.phase = phase::live;
  out.grid_stream = streams.back();
  for (auto& name : streams) {
    stream_snapshot x;
    x.name = name;
    x.status = phase::live;
    out.streams.push_back(std::move(x));
  }
  return out;
}

} // namespace

compat_fixture::compat_fixture(compat_profile profile) {
  auto x = std::make_shared<wall_snapshot>();
  x->cameras = {camera_with("gate", {"main"}), camera_with("yard", {"main", "sub"})};
  wall.publish(x);
  const std::vector<std::string> cameras{"gate", "yard"};
  ids = std::move(compat_ids::load(folder.path() / "ids.json", cameras)->ids);
  options.profile = profile;
  options.listen.port = 8001;
  asked.host = "127.0.0.1:8001";
  asked.from_loopback = true;
  asked.peer = *parse_ip_address("127.0.0.1");
  start();
}

void compat_fixture::start() {
  wall_services services;
  services.wall = &wall;
  services.live = &hub;
  services.live_observer = &observer;
  services.catalogue = catalogue_;
  services.snapshots = snapshots_;
  services.order = order_;
  services.demand = [this](std::string_view camera, std::string_view stream) {
    demanded.push_back(std::string{camera}.append("/").append(stream));
  };
  compat_services compat;
  compat.find_stream = [](std::string_view url) -> std::optional<stream_name> {
    if (url == "rtsp://u:50%@gate/")
      return stream_name{"gate", "main"};
    if (url == "rtsp://yard/main")
      return stream_name{"yard", "main"};
    return url == "rtsp://yard/sub" ? std::optional{stream_name{"yard", "sub"}} : std::nullopt;
  };
  compat.open_adhoc = open_adhoc_;
  compat.find_adhoc = find_adhoc_;
  compat.shown_url = [](std::string_view camera) { return "rtsp://***@" + std::string{camera}; };
  compat.ids = &ids;
  compat.clock = [this] { return now; };
  sut.reset();
  context = std::make_unique<compat_context>(options, std::move(services), std::move(compat));
  sut = std::make_unique<compat_dispatcher>(*context);
}

response compat_fixture::get(const std::string& target, std::vector<header_field> fields) {
  auto x = asked;
  auto question = std::min(target.find('?'), target.size());
  x.path = target.substr(0, question);
  if (question < target.size())
    x.query = std::string_view{target}.substr(question + 1);
  x.headers = fields;
  return sut->answer(x);
}

fake_socket compat_fixture::connect(const std::string& target) {
  fake_socket out;
  auto answer = get(target, {{"Upgrade", "websocket"},
                             {"Connection", "Upgrade"},
                             {"Sec-WebSocket-Version", "13"},
                             {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                             {"Sec-WebSocket-Protocol", "null"}});
  EXPECT_EQ(answer.status, 101) << answer.body;
  EXPECT_NE(answer.fields.find("Sec-WebSocket-Protocol: null"), std::string::npos);
  if (!answer.upgrade)
    throw std::runtime_error("no socket: " + answer.body);
  out.session = answer.upgrade(loop, *out.peer);
  out.session->on_open();
  advance(out);
  return out;
}

void compat_fixture::send(const std::string& payload, chunk_kind kind) {
  auto feeds = hub.feeds;
  for (const auto& [id, x] : feeds)
    hub.send(id, {.kind = kind, .keyframe = true, .payload = payload});
  loop.run();
}

void compat_fixture::refuse(std::string_view why) {
  auto feeds = hub.feeds;
  for (const auto& [id, x] : feeds)
    x.sink->on_refused(id, why);
  loop.run();
}

std::string compat_fixture::said(fake_socket& x) {
  std::string out;
  for (const auto& text : x.peer->said())
    out.append(text).append("\n");
  return out;
}

std::vector<std::string> compat_fixture::received(fake_socket& x) {
  std::vector<std::string> out;
  for (const auto& chunk : std::exchange(x.peer->chunks, {}))
    out.push_back(chunk->payload);
  x.peer->queued = 0;
  x.session->on_drained();
  return out;
}

void compat_fixture::add_camera(const std::string& id) {
  auto changed = std::make_shared<wall_snapshot>(*wall.load());
  changed->cameras.push_back(camera_with(id, {"main"}));
  wall.publish(changed);
}

void compat_fixture::set_phase(const std::string& camera, phase x, reason why,
                               const std::string& detail) {
  auto changed = std::make_shared<wall_snapshot>(*wall.load());
  for (auto& known : changed->cameras)
    if (known.id == camera) {
      known.phase = x;
      known.reason = why;
      known.detail = detail;
      for (auto& stream : known.streams)
        stream.status = x;
    }
  wall.publish(changed);
}

} // namespace camwall::http
