#include "http/compat/django_jpeg_session.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::uint16_t picture_width = 640;
constexpr std::uint16_t picture_height = 480;
constexpr std::size_t stats_every = 75; // Pictures.

/// So long a stream may still be called kept back because of an earlier try.
constexpr std::chrono::seconds kept_back_min{3};

std::string text_of(const nlohmann::json& x, const char* key) {
  auto found = x.find(key);
  return found != x.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

double seconds(std::chrono::steady_clock::duration x) {
  constexpr double digits = 100; // Two decimals are enough.
  return std::round(std::chrono::duration<double>(x).count() * digits) / digits;
}

} // namespace

django_jpeg_session::django_jpeg_session(const compat_context& context,
                                         std::shared_ptr<live_room> room, websocket_peer& peer,
                                         wish what)
  : compat_session(context, std::move(room), peer), wish_(std::move(what)) {
  // nop
}

void django_jpeg_session::on_open() {
  if (!wish_.refusal.empty())
    return on_failed(wish_.code, wish_.refusal);
  if (auto url = std::exchange(wish_.url, {}); !url.empty())
    return start(url);
  if (wish_.stream)
    play();
}

void django_jpeg_session::on_command(std::string_view message) {
  auto x = nlohmann::json::parse(message, nullptr, false);
  if (!x.is_object())
    return scold(error_text("a command is a JSON object such as {\"command\": \"start\"}"));
  auto command = text_of(x, "command");
  if (command == "start")
    return start(text_of(x, "rtsp_url"));
  if (command == "close")
    return end(close_code::normal, "closed by command");
  if (command == "stop_stream")
    return stop();
  if (command == "pause" && mode_ != mode::stopped) {
    mode_ = mode::paused;
    return unwatch();
  }
  if (command == "resume" && mode_ == mode::playing)
    return;
  if (command == "resume" && mode_ == mode::paused)
    return play();
  if (command == "pause" || command == "resume")
    return scold(error_text("nothing was started"));
  scold(error_text("command is one of start, pause, resume, stop_stream, close"));
}

void django_jpeg_session::start(const std::string& url) {
  if (!url.empty()) {
    auto found = stream_by_url(context(), url);
    if (!found)
      return on_failed(found.error().close_code, found.error().why);
    if (found->stream != wish_.stream)
      stop();
    wish_.stream = std::move(found->stream);
    wish_.lease = std::move(found->lease);
  }
  if (!wish_.stream)
    return scold(error_text("start needs rtsp_url, or the socket's address url or stream_id"));
  if (mode_ != mode::playing)
    play();
}

void django_jpeg_session::play() {
  auto now = context().compat.clock();
  if (mode_ == mode::stopped) {
    began_ = now;
    pictures_ = 0;
  }
  rate_since_ = now;
  rate_pictures_ = 0;
  mode_ = mode::playing;
  told_failure_ = false;
  watch({.camera = wish_.stream->camera,
         .stream = wish_.stream->stream,
         .format = media_format::jpeg,
         .width = picture_width,
         .height = picture_height},
        wish_.lease);
}

void django_jpeg_session::stop() {
  mode_ = mode::stopped;
  unwatch();
}

void django_jpeg_session::on_sent() {
  ++rate_pictures_;
  if (++pictures_ % stats_every == 0)
    send_stats(context().compat.clock());
}

void django_jpeg_session::send_stats(time_point now) {
  auto took = std::chrono::duration<double>(now - rate_since_).count();
  auto rate = took > 0 ? static_cast<double>(rate_pictures_) / took : 0;
  rate_since_ = now;
  rate_pictures_ = 0;
  nlohmann::json stats{{"current_fps", std::round(rate * 10) / 10},
                       {"total_frames", pictures_},
                       {"uptime", seconds(now - began_)}};
  peer().send_text(
    nlohmann::json{{"type", "performance_stats"}, {"stats", std::move(stats)}}.dump());
}

/// Says once that the camera is away; its pictures come again by themselves.
void django_jpeg_session::on_turn(time_point present) {
  if (mode_ != mode::playing)
    return;
  auto now = state();
  auto kept_back = is_kept_back(now) && present - rate_since_ > kept_back_min;
  if ((is_failure(now.phase) || kept_back) && !std::exchange(told_failure_, true))
    peer().send_text(error_text(now.detail));
  if (now.phase == phase::live)
    told_failure_ = false;
}

void django_jpeg_session::on_failed(std::uint16_t code, std::string_view why) {
  peer().send_text(error_text(why));
  end(code, why);
}

} // namespace camwall::http
