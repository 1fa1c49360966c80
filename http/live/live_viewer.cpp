#include "http/live/live_viewer.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace camwall::http {

namespace {

const stream_snapshot* find_stream(const camera_snapshot& camera, std::string_view name) noexcept {
  auto found = std::find_if(camera.streams.begin(), camera.streams.end(),
                            [&](const auto& x) { return x.name == name; });
  return found == camera.streams.end() ? nullptr : &*found;
}

} // namespace

live_viewer::live_viewer(std::shared_ptr<live_room> room, websocket_peer& peer, principal who)
  : room_(std::move(room)),
    peer_(peer),
    who_(std::move(who)),
    queue_(room_->context().limits.viewer_queue_bytes_max, room_->context().limits.waiting_max,
           [this](std::uint16_t channel, drop_reason why, std::size_t chunks) {
             on_drop(channel, why, chunks);
           }),
    removal_seen_(room_->cameras().removal()) {
  // nop
}

live_viewer::~live_viewer() {
  for (const auto& [number, x] : channels_)
    room_->unsubscribe(x.id, x.what.format);
}

live_viewer::outcome live_viewer::open_channel(std::uint16_t channel, feed_key what, bool sound) {
  auto wall = room_->context().services.wall->load();
  const auto* camera = wall->find(what.camera);
  if (camera == nullptr || !knows(who_, *camera))
    return outcome::not_found;
  if (!permits(who_, action::view_media))
    return outcome::not_allowed;
  if (what.stream.empty())
    what.stream = camera->grid_stream;
  const auto* stream = find_stream(*camera, what.stream);
  if (stream == nullptr)
    return outcome::stream_not_found;
  sound = sound && what.format == media_format::fmp4;
  auto done = room_->subscribe(what, sound, *this);
  if (done.id == 0)
    return done.why == live_room::refusal::full ? outcome::full : outcome::unavailable;
  if (stream->status != phase::disabled)
    room_->demand(what.camera, what.stream);
  queue_.open(channel);
  by_id_.emplace(done.id, channel);
  channels_[channel] = {.id = done.id, .what = std::move(what), .sound = sound};
  return outcome::opened;
}

bool live_viewer::close_channel(std::uint16_t channel) {
  auto found = channels_.find(channel);
  if (found == channels_.end())
    return false;
  queue_.close(channel);
  by_id_.erase(found->second.id);
  room_->unsubscribe(found->second.id, found->second.what.format);
  channels_.erase(found);
  return true;
}

bool live_viewer::has_room() const noexcept {
  return !ended_ && peer_.queued_bytes() < room_->context().limits.peer_bytes_max;
}

void live_viewer::end(std::uint16_t code, std::string_view reason) {
  if (std::exchange(ended_, true))
    return;
  while (!channels_.empty())
    close_channel(channels_.begin()->first);
  peer_.close(code, reason);
}

void live_viewer::on_drained() {
  tell_dropped(room_->now()); // First: pictures fill the room that there is now.
  pump();
}

void live_viewer::on_tick(time_point now) {
  if (ended_)
    return;
  if (has_ended(who_, std::chrono::system_clock::now()))
    return end(close_code::not_allowed, "the login has ended");
  room_->on_tick(now);
  if (who_.scope || removal_seen_ != room_->cameras().removal()) {
    removal_seen_ = room_->cameras().removal();
    end_vanished();
  }
  demand_watched();
  tell_dropped(now);
  pump();
}

void live_viewer::on_described(subscription_id id, const feed_description& what) {
  auto found = by_id_.find(id);
  if (found == by_id_.end())
    return;
  auto number = found->second;
  auto text = render_opened(number, what, channels_.at(number).sound);
  if (text.empty())
    return;
  pump(); // Only what a viewer is really behind with is given up for what is new.
  queue_.push_description(number, std::move(text), room_->now());
}

void live_viewer::on_chunk(subscription_id id, const media_chunk_ptr& chunk) {
  if (auto found = by_id_.find(id); found != by_id_.end())
    queue_.push(found->second, chunk, room_->now());
}

void live_viewer::on_lost(subscription_id id, std::size_t chunks) {
  if (auto found = by_id_.find(id); found != by_id_.end())
    queue_.lose(found->second, drop_reason::loop, chunks);
}

void live_viewer::on_refused(subscription_id id, std::string_view reason) {
  auto found = by_id_.find(id);
  if (found == by_id_.end())
    return;
  auto number = found->second;
  close_channel(number);
  on_channel_end(number, "refused", reason);
}

void live_viewer::on_batch_end() {
  pump();
}

void live_viewer::on_failure() noexcept {
  try {
    end(close_code::internal_error, "the server failed");
  } catch (...) {
    ended_ = true; // The stall deadline ends the socket.
  }
}

void live_viewer::on_drop(std::uint16_t channel, drop_reason why, std::size_t chunks) {
  room_->context().observer.on_chunks_dropped(to_string(why), chunks);
  if (why == drop_reason::join)
    return;
  if (auto found = channels_.find(channel); found != channels_.end())
    found->second.dropped += chunks;
}

/// What is with the peer cannot be dropped any more, so it gets little at a time.
void live_viewer::pump() {
  while (has_room()) {
    auto next = queue_.pop();
    if (!next)
      return;
    if (!next->chunk) {
      peer_.send_text(std::move(next->text));
      continue;
    }
    auto head = render_head(*next);
    peer_.send_binary(std::move(head), std::move(next->chunk));
  }
}

void live_viewer::demand_watched() {
  const auto& wall = room_->cameras().wall();
  for (const auto& [number, x] : channels_) {
    const auto* camera = wall ? wall->find(x.what.camera) : nullptr;
    const auto* stream = camera != nullptr ? find_stream(*camera, x.what.stream) : nullptr;
    if (stream != nullptr && stream->status != phase::disabled)
      room_->demand(x.what.camera, x.what.stream);
  }
}

void live_viewer::end_vanished() {
  std::vector<std::uint16_t> gone;
  const auto& cameras = room_->cameras();
  for (const auto& [number, x] : channels_)
    if (!cameras.contains(x.what.camera) || !knows(who_, x.what.camera, cameras.wall().get()))
      gone.push_back(number);
  for (auto number : gone) {
    close_channel(number);
    on_channel_end(number, "removed", "the camera is no longer configured");
  }
}

void live_viewer::tell_dropped(time_point now) {
  for (auto& [number, x] : channels_) {
    if (x.dropped == 0 || now - x.told < room_->context().limits.notice_interval || !has_room())
      continue;
    x.told = now;
    say_dropped(number, std::exchange(x.dropped, 0));
  }
}

} // namespace camwall::http
