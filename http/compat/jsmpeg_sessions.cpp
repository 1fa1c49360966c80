#include "http/compat/jsmpeg_sessions.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace camwall::http {

namespace {

constexpr std::uint16_t pictures_per_second = 25; // MPEG-1 knows only a few rates, this among them.
constexpr std::string_view no_camera = "there is no stream with this id";

std::string message(const nlohmann::json& x) {
  return x.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string error_message(std::string_view code, std::string_view why) {
  return message({{"type", "error"}, {"code", code}, {"message", why}});
}

} // namespace

std::shared_ptr<jsmpeg_viewer> jsmpeg_viewers::find(const std::string& name) {
  std::lock_guard guard{mutex_};
  // The sockets are limited, and with them what is in use.
  std::erase_if(viewers_, [](const auto& x) { return x.second.expired(); });
  auto& known = viewers_[name];
  auto out = known.lock();
  if (!out) {
    out = std::make_shared<jsmpeg_viewer>();
    known = out;
  }
  return out;
}

jsmpeg_control::jsmpeg_control(const compat_context& context, std::shared_ptr<live_room> room,
                               websocket_peer& peer, jsmpeg_wish what)
  : compat_session(context, std::move(room), peer),
    wish_(std::move(what)),
    begins_(wish_.viewer->begins) {
  // nop
}

void jsmpeg_control::on_open() {
  if (wish_.stream.camera.empty()) {
    say_error("NOT_FOUND", no_camera);
    return end(close_code::not_found, no_camera);
  }
  report();
}

void jsmpeg_control::on_command(std::string_view text) {
  auto x = nlohmann::json::parse(text, nullptr, false);
  if (x.is_discarded())
    return scold(
      error_message("INVALID_JSON", "a command is JSON such as {\"action\": \"start\"}"));
  auto found = x.is_object() ? x.find("action") : x.end();
  auto action = found != x.end() && found->is_string() ? found->get<std::string>() : std::string{};
  if (action == "start") {
    started_ = true;
    wish_.viewer->wants_video = true;
  } else if (action == "stop") {
    started_ = false;
    wish_.viewer->wants_video = false;
  } else if (action == "reconnect") {
    started_ = true;
    wish_.viewer->wants_video = true;
    ++wish_.viewer->reconnects;
    say_phase("connecting");
  } else {
    return scold(error_message("INVALID_ACTION", "action is one of start, stop, reconnect"));
  }
  told_phase_.clear(); // A command is answered, also when it changes nothing.
  told_failure_ = {};
  report();
}

void jsmpeg_control::on_sent() {
  // nop
}

void jsmpeg_control::on_turn(time_point /*now*/) {
  report();
}

void jsmpeg_control::report() {
  if (!wish_.viewer->wants_video)
    return say_phase("stopped");
  auto now = state_of(context().services.wall->load().get(), wish_.stream);
  if (!now.known) {
    say_error("NOT_FOUND", no_camera);
    return end(close_code::not_found, no_camera);
  }
  if (started_ && now.phase != phase::disabled)
    room().demand(wish_.stream.camera, wish_.stream.stream);
  // It is about to be connected.
  auto awaited = started_ && now.phase == phase::idle;
  auto before = told_phase_;
  say_phase(jsmpeg_phase(awaited ? phase::connecting : now.phase));
  if (is_failure(now.phase) && now.phase != phase::disabled && now != told_failure_)
    say_error(jsmpeg_error(now.reason), now.detail);
  told_failure_ = std::move(now);
  auto begins = wish_.viewer->begins.load();
  auto plays = !wish_.paired && told_phase_ == "playing" && before != "playing";
  if (plays || begins != begins_)
    peer().send_text(message({{"type", "video_start"}}));
  begins_ = begins;
}

void jsmpeg_control::say_phase(std::string_view phase) {
  if (told_phase_ == phase)
    return;
  told_phase_ = phase;
  peer().send_text(message({{"type", "status"}, {"phase", phase}}));
}

void jsmpeg_control::say_error(std::string_view code, std::string_view why) {
  peer().send_text(error_message(code, why));
}

jsmpeg_video::jsmpeg_video(const compat_context& context, std::shared_ptr<live_room> room,
                           websocket_peer& peer, jsmpeg_wish what)
  : compat_session(context, std::move(room), peer),
    wish_(std::move(what)),
    reconnects_(wish_.viewer->reconnects) {
  // nop
}

void jsmpeg_video::on_open() {
  if (wish_.stream.camera.empty())
    return end(close_code::not_found, no_camera);
  if (wish_.viewer->wants_video)
    begin();
}

void jsmpeg_video::begin() {
  sent_ = false;
  watch({.camera = wish_.stream.camera,
         .stream = wish_.stream.stream,
         .format = media_format::mpeg1,
         .fps = pictures_per_second});
}

void jsmpeg_video::on_command(std::string_view /*message*/) {
  // Commands belong on the other socket; players say things of their own.
}

void jsmpeg_video::on_sent() {
  if (!std::exchange(sent_, true))
    ++wish_.viewer->begins;
}

void jsmpeg_video::on_turn(time_point /*now*/) {
  auto reconnects = wish_.viewer->reconnects.load();
  if (!wish_.viewer->wants_video)
    unwatch();
  else if (!watching() || reconnects != reconnects_)
    begin();
  reconnects_ = reconnects;
}

} // namespace camwall::http
