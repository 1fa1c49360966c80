#include "media/worker/live_outlet.hpp"

#include <algorithm>
#include <utility>

namespace camwall::media {

void live_outlet::watch(const watch_order& x) {
  link_.keep_only(x.feeds);
  std::vector<open_feed> now;
  for (const auto& wanted : x.feeds) {
    auto i = std::find_if(feeds_.begin(), feeds_.end(),
                          [&](const open_feed& y) { return y.what.id == wanted.id; });
    bool is_new = i == feeds_.end();
    bool begins_sound = !is_new && wanted.sound && !i->what.sound;
    now.push_back({.what = wanted, .maker = is_new ? make(wanted) : std::move(i->maker)});
    auto* maker = now.back().maker.get();
    if (maker == nullptr)
      continue;
    maker->set_sound(wanted.sound);
    for (const auto& y : kept_)
      if (is_new || (begins_sound && y.is_sound))
        maker->push(y);
  }
  feeds_ = std::move(now);
  pictures_.watch(x.feeds, kept_);
}

void live_outlet::take_still(const still_order& x) {
  if (keyframe_alone_)
    pictures_.make_stills(*keyframe_alone_, {x});
  else if (!kept_.empty())
    pictures_.make_stills(kept_.front(), {x});
  else if (stills_.size() < stills_per_worker_max)
    stills_.push_back(x);
  else
    refuse_({.feed = x.id, .why = "too many pictures are wanted at a time"});
}

live_feed_ptr live_outlet::make(const watched_feed& x) {
  switch (x.format) {
    case media_format::fmp4:
      return make_fmp4_feed(link_, x.id, x.sound);
    case media_format::mpegts:
      return make_ts_feed(link_, x.id);
    default:
      return nullptr;
  }
}

bool live_outlet::wants_sound() const noexcept {
  return std::any_of(feeds_.begin(), feeds_.end(), [](const open_feed& x) {
    return x.what.sound || x.what.format == media_format::mpegts;
  });
}

void live_outlet::set_tracks(const video_track& picture, const audio_track* sound) {
  tracks_ = std::make_shared<const live_tracks>(picture, sound);
}

void live_outlet::push_picture(const sample& x, bool discontinuity, std::uint64_t capture_us) {
  if (x.keyframe) {
    kept_.clear();
    kept_bytes_ = 0;
    keyframe_alone_.reset();
  }
  push({.what = x,
        .is_sound = false,
        .discontinuity = discontinuity,
        .capture_us = capture_us,
        .tracks = tracks_});
}

void live_outlet::push_sound(const sample& x, std::uint64_t capture_us) {
  push({.what = x,
        .is_sound = true,
        .discontinuity = false,
        .capture_us = capture_us,
        .tracks = tracks_});
}

void live_outlet::push(live_sample x) {
  for (auto& feed : feeds_)
    if (feed.maker)
      feed.maker->push(x);
  if (!x.is_sound)
    pictures_.push(x);
  if (!x.is_sound && x.what.keyframe && !stills_.empty())
    pictures_.make_stills(x, std::exchange(stills_, {}));
  for (const auto& no : pictures_.take_refusals())
    refuse_({.feed = no.id, .why = no.why});
  keep(std::move(x));
}

void live_outlet::keep(live_sample x) {
  bool begins = !x.is_sound && x.what.keyframe;
  if (kept_.empty() && !begins)
    return; // What went before it is not there any more.
  kept_bytes_ += x.bytes_held();
  kept_.push_back(std::move(x));
  if (kept_bytes_ <= kept_bytes_max)
    return;
  keyframe_alone_ = std::move(kept_.front());
  kept_.clear();
  kept_bytes_ = 0;
}

} // namespace camwall::media
