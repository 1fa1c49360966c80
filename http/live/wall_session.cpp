#include "http/live/wall_session.hpp"

#include "http/live/media_header.hpp"

namespace camwall::http {

wall_session::wall_session(std::shared_ptr<live_room> room, websocket_peer& peer, principal who,
                           std::string wall)
  : live_viewer(std::move(room), peer, std::move(who)), wall_(std::move(wall)) {
  auto& context = this->room().context();
  if (context.limits.walls.contains(wall_))
    known_wall_ = wall_;
  context.observer.on_wall(known_wall_, 1);
  reports_.emplace(context.observer, context.limits, known_wall_);
}

wall_session::~wall_session() {
  room().context().observer.on_wall(known_wall_, -1);
}

void wall_session::on_open() {
  const auto& services = room().context().services;
  peer().send_text(hello_text(services.version, services.build));
  if (wall_ != known_wall_)
    peer().send_text(
      notice_text("unknown_wall", {}, "server.walls does not list this name; it was ignored"));
  announce_cameras();
}

void wall_session::on_text(std::string_view message) {
  if (!ended())
    std::visit([this](const auto& x) { handle(x); }, parse_client_message(message));
}

void wall_session::on_binary(std::string_view /*message*/) {
  if (!ended())
    handle(bad_message{{}, "only text messages are expected"});
}

void wall_session::on_drained() {
  live_viewer::on_drained();
  announce_cameras();
}

void wall_session::on_tick(time_point now) {
  live_viewer::on_tick(now);
  reports_->on_tick(now);
  announce_cameras();
}

void wall_session::handle(const subscribe_message& x) {
  const auto& limits = room().context().limits;
  if (close_channel(x.channel))
    peer().send_text(closed_text(x.channel, "replaced", "the channel was subscribed anew"));
  auto refuse = [&](std::string_view code, std::string_view reason) {
    peer().send_text(closed_text(x.channel, code, reason));
  };
  if (channel_count() >= limits.channels_max) {
    room().context().observer.on_limit("channels");
    refuse("too_many_channels",
           "one socket has at most " + std::to_string(limits.channels_max) + " channels");
    return;
  }
  switch (open_channel(x.channel, x.what, x.audio)) {
    case outcome::opened:
      return; // `opened` comes with the first chunks.
    case outcome::not_found:
      return refuse("not_found", "there is no camera with this id");
    case outcome::stream_not_found:
      return refuse("not_found", "the camera has no stream of this name");
    case outcome::not_allowed:
      return refuse("not_allowed", "you may not watch this camera");
    case outcome::unavailable:
      return refuse("unavailable", "this server sends no live pictures over WebSocket");
    case outcome::full:
      return end(close_code::try_again_later, "too many viewers; try again later");
  }
}

void wall_session::handle(const unsubscribe_message& x) {
  if (close_channel(x.channel))
    peer().send_text(closed_text(x.channel, "unsubscribed", "as you asked"));
  else // A `closed` of ours may have crossed it.
    peer().send_text(notice_text("not_open", x.channel, "the channel is not open"));
}

void wall_session::handle(const report_message& x) {
  auto& context = room().context();
  if (!reports_->take(x, *context.services.wall->load(), context.now()))
    context.observer.on_limit("reports");
}

void wall_session::handle(const bad_message& x) {
  peer().send_text(notice_text("bad_message", x.channel, x.detail));
  if (++bad_messages_ >= room().context().limits.bad_messages_max)
    end(close_code::bad_request, "too many messages that mean nothing");
}

void wall_session::announce_cameras() {
  const auto& board = room().cameras();
  if (ended() || version_seen_ == board.version())
    return;
  if (removal_seen_ != board.removal()) {
    removal_seen_ = board.removal();
    std::erase_if(announced_, [&](const std::string& id) {
      if (board.contains(id))
        return false;
      peer().send_text(removed_text(id));
      return true;
    });
  }
  for (auto i = board.all().upper_bound(version_seen_); i != board.all().end(); ++i) {
    if (!has_room())
      return; // Goes on when there is; by then there may be news of the same camera.
    version_seen_ = i->first;
    if (!permits(who(), action::view_state) || !knows(who(), i->second.id, board.wall().get())) {
      if (announced_.erase(i->second.id) > 0) // Its group is another now.
        peer().send_text(removed_text(i->second.id));
      continue;
    }
    announced_.insert(i->second.id);
    peer().send_text(i->second.message);
  }
  version_seen_ = board.version();
}

std::string wall_session::render_opened(std::uint16_t channel, const feed_description& what,
                                        bool sound) {
  return opened_text(channel, what, sound);
}

std::string wall_session::render_head(const delivery& x) {
  const auto& chunk = *x.chunk;
  std::uint32_t flags = 0;
  if (chunk.keyframe || chunk.kind == chunk_kind::jpeg)
    flags |= media_header::keyframe;
  if (x.discontinuity || chunk.discontinuity)
    flags |= media_header::discontinuity;
  if (x.dropped_before)
    flags |= media_header::dropped_before;
  if (chunk.kind == chunk_kind::init && chunk.sound)
    flags |= media_header::sound_init;
  return encode(
    {.kind = chunk.kind, .channel = x.channel, .flags = flags, .capture_us = chunk.capture_us});
}

void wall_session::say_dropped(std::uint16_t channel, std::size_t chunks) {
  peer().send_text(dropped_text(channel, chunks));
}

void wall_session::on_channel_end(std::uint16_t channel, std::string_view code,
                                  std::string_view reason) {
  peer().send_text(closed_text(channel, code, reason));
}

} // namespace camwall::http
