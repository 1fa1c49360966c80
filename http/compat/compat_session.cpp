#include "http/compat/compat_session.hpp"

#include <algorithm>
#include <utility>

namespace camwall::http {

bool command_budget::take(time_point now) noexcept {
  if (last_ != time_point{}) {
    auto passed = std::chrono::duration<double>(now - last_).count();
    left_ = std::min<double>(compat_limits::commands_burst_max,
                             left_ + passed * compat_limits::commands_per_second_max);
  }
  last_ = now;
  if (left_ < 1)
    return false;
  left_ -= 1;
  return true;
}

compat_session::compat_session(const compat_context& context, std::shared_ptr<live_room> room,
                               websocket_peer& peer)
  : live_viewer(std::move(room), peer, context.who), context_(context) {
  // nop
}

void compat_session::on_text(std::string_view message) {
  if (ended())
    return;
  if (budget_.take(context_.compat.clock()))
    return on_command(message);
  context_.live.observer.on_limit("compat_commands");
  end(close_code::policy_violation, "too many commands");
}

void compat_session::on_binary(std::string_view message) {
  on_text(message); // No client means anything by it; it counts all the same.
}

void compat_session::on_tick(time_point now) {
  live_viewer::on_tick(now);
  if (!ended() && lease_ != nullptr)
    follow_lease(now);
  if (!ended())
    on_turn(now);
}

bool compat_session::watch(const feed_key& what, std::shared_ptr<const void> lease) {
  unwatch();
  watched_ = {what.camera, what.stream};
  lease_ = std::move(lease);
  return begin(what);
}

/// A camera that nobody configured comes a moment after its viewer, and may be where it must not.
void compat_session::follow_lease(time_point now) {
  auto camera = state();
  if (camera.reason == reason::config)
    return on_failed(close_code::not_allowed, camera.detail);
  if (!arrival_)
    return;
  if (camera.known)
    begin(feed_key{arrival_->what});
  else if (now > arrival_->deadline)
    on_failed(close_code::try_again_later, "the camera could not be begun in time");
}

bool compat_session::begin(const feed_key& what) {
  auto waits = std::exchange(arrival_, std::nullopt);
  switch (open_channel(only_channel, what, false)) {
    case outcome::opened:
      return true;
    case outcome::not_found:
    case outcome::stream_not_found:
      if (lease_ != nullptr && !waits) {
        arrival_ = arrival{what, context_.compat.clock() + compat_limits::arrival_deadline};
        return true;
      }
      on_failed(close_code::not_found, "there is no such camera");
      return false;
    case outcome::not_allowed:
      on_failed(close_code::not_allowed, "you may not watch this camera");
      return false;
    case outcome::unavailable:
      on_failed(close_code::try_again_later, "this server sends no live pictures");
      return false;
    case outcome::full:
      on_failed(close_code::try_again_later, "too many viewers; try again later");
      return false;
  }
  return false;
}

void compat_session::unwatch() {
  arrival_.reset();
  close_channel(only_channel);
}

stream_state compat_session::state() const {
  return state_of(context_.services.wall->load().get(), watched_);
}

void compat_session::scold(std::string text) {
  peer().send_text(std::move(text));
  if (++bad_commands_ > compat_limits::bad_commands_max)
    end(close_code::bad_request, "too many commands that mean nothing");
}

void compat_session::on_failed(std::uint16_t code, std::string_view why) {
  end(code, why);
}

std::string compat_session::render_opened(std::uint16_t /*channel*/,
                                          const feed_description& /*what*/, bool /*sound*/) {
  return {};
}

std::string compat_session::render_head(const delivery& /*x*/) {
  on_sent();
  return {};
}

void compat_session::say_dropped(std::uint16_t /*channel*/, std::size_t /*chunks*/) {
  // None of the earlier viewers has a word for it; the metrics count it.
}

void compat_session::on_channel_end(std::uint16_t /*channel*/, std::string_view code,
                                    std::string_view reason) {
  auto removed = code == "removed";
  on_failed(removed ? close_code::not_found : close_code::try_again_later, reason);
}

} // namespace camwall::http
