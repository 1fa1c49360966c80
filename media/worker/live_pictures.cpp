#include "media/worker/live_pictures.hpp"

#include <algorithm>
#include <utility>

namespace camwall::media {

namespace {

coded_picture coded(const live_sample& x) {
  coded_picture out{.keyframe = x.what.keyframe, .pts = x.what.pts, .capture_us = x.capture_us};
  append_annex_b(out.annex_b, x);
  return out;
}

} // namespace

void live_pictures::watch(std::span<const watched_feed> feeds,
                          const std::deque<live_sample>& kept) {
  std::vector<rendition> wanted;
  for (const auto& x : feeds)
    if (x.format == media_format::jpeg || x.format == media_format::mpeg1)
      wanted.push_back({.id = x.id,
                        .format = x.format,
                        .width = x.width,
                        .height = x.height,
                        .fps = x.fps,
                        .quality = x.quality});
  if (wanted == wanted_)
    return;
  wanted_ = std::move(wanted);
  {
    std::lock_guard guard{mutex_};
    std::erase_if(described_, [this](const auto& x) {
      return std::none_of(wanted_.begin(), wanted_.end(),
                          [&](const rendition& y) { return y.id == x.first; });
    });
  }
  if (!thread_ && !kept.empty())
    start(kept.front().tracks->codec);
  if (!thread_ || !thread_->want(wanted_))
    return;
  auto is_picture = [](const live_sample& x) { return !x.is_sound; };
  auto left = std::count_if(kept.begin(), kept.end(), is_picture);
  for (const auto& x : kept)
    if (is_picture(x))
      thread_->offer(coded(x), --left > 0);
}

void live_pictures::start(video_codec codec) {
  thread_ =
    std::make_unique<rendition_thread>(codec, [this](rendition_output&& x) { send(std::move(x)); });
}

void live_pictures::push(const live_sample& picture) {
  if (!thread_ && !wanted_.empty()) {
    start(picture.tracks->codec);
    thread_->want(wanted_);
  }
  if (thread_ && thread_->wants_pictures())
    thread_->offer(coded(picture));
}

void live_pictures::make_stills(const live_sample& keyframe, const std::vector<still_order>& what) {
  if (!thread_)
    start(keyframe.tracks->codec);
  thread_->make_stills(coded(keyframe), what);
}

std::vector<rendition_refusal> live_pictures::take_refusals() {
  return thread_ ? thread_->take_refusals() : std::vector<rendition_refusal>{};
}

rendition_sums live_pictures::sums() {
  if (!thread_)
    return {};
  auto x = thread_->counts();
  return {.made = x.encoded, .skipped = x.late + x.dropped, .damaged = x.damaged};
}

bool live_pictures::describe(const rendition_output& x) {
  std::lock_guard guard{mutex_};
  picture_size size{.width = x.width, .height = x.height};
  auto known = described_.find(x.id);
  if (known != described_.end() && known->second == size)
    return true;
  if (!x.keyframe)
    return false; // It needs pictures that did not pass.
  feed_description what{.video_mime = x.format == media_format::jpeg ? "image/jpeg" : "video/mp2t",
                        .audio_mime = {},
                        .width = x.width,
                        .height = x.height};
  if (!link_.describe(x.id, what))
    return false;
  described_[x.id] = size;
  return true;
}

/// Without room in the channel nothing comes, and whoever ordered it stops waiting by a deadline.
void live_pictures::send_still(const rendition_output& x) {
  link_.send_still(
    x.id, {.video_mime = "image/jpeg", .audio_mime = {}, .width = x.width, .height = x.height},
    {.kind = chunk_kind::jpeg, .keyframe = true, .capture_us = x.capture_us, .payload = x.payload});
}

void live_pictures::send(rendition_output&& x) {
  if (is_still(x.id))
    return send_still(x);
  if (!describe(x))
    return;
  link_.send(x.id, {.kind = x.format == media_format::jpeg ? chunk_kind::jpeg : chunk_kind::video,
                    .keyframe = x.keyframe,
                    .capture_us = x.capture_us,
                    .payload = x.payload});
}

} // namespace camwall::media
