#include "media/server/live_feeds.hpp"

#include <algorithm>
#include <utility>

namespace camwall::media {

namespace {

bool fits(media_format format, message_kind kind) noexcept {
  switch (kind) {
    case message_kind::description:
      return true;
    case message_kind::init:
    case message_kind::audio:
      return format == media_format::fmp4;
    case message_kind::video:
      return format != media_format::jpeg;
    case message_kind::jpeg:
      return format == media_format::jpeg;
  }
  return false;
}

media_chunk_ptr make_chunk(arrived_media x) {
  media_chunk out;
  out.kind = static_cast<chunk_kind>(x.kind);
  out.keyframe = x.keyframe;
  out.discontinuity = x.discontinuity;
  out.sound = x.sound;
  out.capture_us = x.capture_us;
  out.payload = std::move(x.payload);
  return std::make_shared<const media_chunk>(std::move(out));
}

bool is_sound(const media_chunk& x) noexcept {
  return x.sound || x.kind == chunk_kind::audio;
}

} // namespace

watched_feed live_feed::order() const {
  return {.id = id_,
          .format = key_.format,
          .sound = std::any_of(groups_.begin(), groups_.end(),
                               [](const group& x) { return !x.hearing.empty(); }),
          .width = key_.width,
          .height = key_.height,
          .fps = key_.fps,
          .quality = key_.quality};
}

void live_feed::add(subscription_id id, bool sound, const std::shared_ptr<media_sink>& sink) {
  auto i =
    std::find_if(groups_.begin(), groups_.end(), [&](const group& x) { return x.sink == sink; });
  if (i == groups_.end())
    i = groups_.insert(groups_.end(), group{.sink = sink, .all = {}, .hearing = {}});
  i->all.push_back(id);
  if (sound)
    i->hearing.push_back(id);
  if (!description_)
    return;
  std::span<const subscription_id> to{&id, 1};
  sink->on_described(to, *description_);
  if (video_init_)
    sink->on_chunk(to, video_init_);
  if (sound && sound_init_)
    sink->on_chunk(to, sound_init_);
  for (const auto& x : kept_)
    if (sound || !is_sound(*x))
      sink->on_chunk(to, x);
}

void live_feed::remove(subscription_id id) {
  for (auto& x : groups_) {
    std::erase(x.all, id);
    std::erase(x.hearing, id);
  }
  std::erase_if(groups_, [](const group& x) { return x.all.empty(); });
}

void live_feed::lose_worker() {
  broken_ = broken_ || running_;
  running_ = false;
  description_.reset();
  video_init_.reset();
  sound_init_.reset();
  drop_kept();
}

std::string live_feed::take(arrived_media x) {
  if (!fits(key_.format, x.kind))
    return "media of a kind that does not fit its feed";
  if (x.kind == message_kind::description)
    return take_description(x);
  if (!description_)
    return "media before its description";
  if (key_.format == media_format::fmp4 && !video_init_ &&
      (x.kind != message_kind::init || x.sound))
    return "media before its init segment";
  bool picture = x.kind == message_kind::video || x.kind == message_kind::jpeg;
  if (picture && x.keyframe) {
    running_ = true;
    x.discontinuity = std::exchange(broken_, false) || x.discontinuity;
    drop_kept();
  }
  if (picture && !running_)
    return {}; // Nobody could decode it.
  auto chunk = make_chunk(std::move(x));
  if (chunk->kind == chunk_kind::init)
    (chunk->sound ? sound_init_ : video_init_) = chunk;
  else
    keep(chunk);
  send(chunk, is_sound(*chunk));
  return {};
}

std::string live_feed::take_description(const arrived_media& x) {
  auto what = decode_description(x.payload);
  if (!what)
    return what.error();
  description_ = std::move(*what);
  video_init_.reset();
  sound_init_.reset();
  running_ = false;
  drop_kept();
  for (const auto& y : groups_)
    y.sink->on_described(y.all, *description_);
  return {};
}

void live_feed::send(const media_chunk_ptr& x, bool sound) const {
  for (const auto& y : groups_)
    if (const auto& to = sound ? y.hearing : y.all; !to.empty())
      y.sink->on_chunk(to, x);
}

void live_feed::keep(const media_chunk_ptr& x) {
  bool begins = x->keyframe;
  if (kept_.empty() && !begins)
    return; // What it follows is not there any more.
  kept_.push_back(x);
  kept_bytes_ += x->payload.size() + sizeof(media_chunk);
  if (kept_bytes_ > kept_bytes_max)
    drop_kept();
}

void live_feed::drop_kept() noexcept {
  kept_.clear();
  kept_bytes_ = 0;
}

void live_feed::refuse(std::string_view why) {
  for (const auto& x : std::exchange(groups_, {}))
    for (auto id : x.all)
      x.sink->on_refused(id, why);
}

} // namespace camwall::media
