#include "media/worker/publisher.hpp"

#include <algorithm>
#include <cmath>

namespace camwall::media {

namespace {

/// A stream's rate varies: what is announced is a bit above what the first segment needed.
constexpr double bandwidth_margin = 1.25;

} // namespace

publisher::publisher(const open_order& job, output_folder& folder, on_published sink)
  : order_(job),
    folder_(folder),
    sink_(std::move(sink)),
    fmp4_(job.container == "fmp4"),
    video_(folder),
    sequence_(job.media_sequence),
    discontinuity_sequence_(job.discontinuity_sequence),
    target_s_(std::max(1, static_cast<int>(std::ceil(job.segment_s)))) {
  video_.suffix = fmp4_ ? "v.m4s" : ".ts";
  video_.playlist = fmp4_ ? "video.m3u8" : "index.m3u8";
  begin_segment();
}

publisher::~publisher() {
  video_.file.abandon();
  if (audio_)
    audio_->file.abandon();
}

void publisher::add_audio() {
  audio_.emplace(folder_);
  audio_->suffix = "a.m4s";
  audio_->playlist = "audio.m3u8";
  begin_segment();
}

void publisher::begin_segment() {
  auto stem = order_.run + '-' + std::to_string(sequence_);
  video_.file.begin(stem + video_.suffix);
  if (audio_)
    audio_->file.begin(stem + audio_->suffix);
}

status publisher::write_init(rendition& to, const char* letter, int& count, byte_view init) {
  ++count;
  auto name = "init-" + order_.run + '-' + letter;
  if (count > 1)
    name += std::to_string(count);
  name += ".mp4";
  to.map = name;
  return folder_.replace(name, {reinterpret_cast<const char*>(init.data()), init.size()});
}

status publisher::set_video_init(byte_view init) {
  return write_init(video_, "v", video_inits_, init);
}

status publisher::set_audio_init(byte_view init) {
  return write_init(*audio_, "a", audio_inits_, init);
}

status publisher::append_video(byte_view what) {
  return video_.file.append(what);
}

status publisher::append_audio(byte_view what) {
  return audio_->file.append(what);
}

void publisher::describe(variant x) {
  variant_ = std::move(x);
  variant_changed_ = true;
}

status publisher::end_segment(const segment_end& x, std::uint64_t frames) {
  if (segment_breaks_)
    ++discontinuity_sequence_;
  auto size = video_.file.size() + (audio_ ? audio_->file.size() : 0);
  auto longest = std::max(x.video_s, x.audio_s);
  target_s_ = std::max(target_s_, static_cast<int>(std::lround(longest)));
  if (auto done = publish(video_, x.video_s, x.video_start); !done)
    return done;
  if (audio_) {
    // A hole in the sound takes the picture's place in time.
    bool gap = audio_->file.size() == 0;
    auto done = publish(*audio_, gap ? x.video_s : x.audio_s, gap ? x.video_start : x.audio_start);
    if (!done)
      return done;
  }
  if (fmp4_ && variant_changed_)
    if (auto done = write_multivariant(size, x.video_s, frames); !done)
      return done;
  sink_({.media_sequence = sequence_,
         .discontinuity_sequence = discontinuity_sequence_,
         .duration_s = x.video_s});
  ++sequence_;
  segment_breaks_ = std::exchange(next_breaks_, false);
  begin_segment();
  remove_leftovers();
  return folder_.check_room(order_.disk_free_min_mb);
}

status publisher::publish(rendition& to, double duration_s, wall_time start) {
  bool gap = to.file.size() == 0;
  if (auto done = to.file.commit(); !done)
    return done;
  auto name = order_.run + '-' + std::to_string(sequence_) + to.suffix;
  to.listed.push_back({.sequence = sequence_,
                       .discontinuity_sequence = discontinuity_sequence_,
                       .name = name,
                       .map = to.map,
                       .duration_s = duration_s,
                       .discontinuity = segment_breaks_,
                       .gap = gap,
                       .start = start});
  if (to.listed.size() > order_.window)
    retire(to);
  if (auto done = folder_.replace(to.playlist, media_playlist(to.listed, target_s_)); !done)
    return done;
  return folder_.verify(to.playlist, name, to.file.size());
}

void publisher::retire(rendition& from) {
  auto old = std::move(from.listed.front());
  from.listed.pop_front();
  from.retired.push_back(std::move(old.name));
  while (from.retired.size() > order_.grace) {
    folder_.remove(from.retired.front());
    from.retired.pop_front();
  }
  // Readers that know the old init segment have it; the window has moved beyond its last use.
  if (!from.listed.empty() && from.listed.front().map != old.map)
    folder_.remove(old.map);
}

status publisher::write_multivariant(std::uint64_t segment_bytes, double duration_s,
                                     std::uint64_t frames) {
  variant_changed_ = false;
  variant_.audio = audio_.has_value();
  auto seconds = std::max(duration_s, 0.001);
  auto bits = static_cast<double>(segment_bytes) * 8 / seconds * bandwidth_margin;
  variant_.bandwidth_bps = static_cast<std::uint64_t>(bits) + 1;
  variant_.fps = static_cast<double>(frames) / seconds;
  return folder_.replace("index.m3u8", multivariant_playlist(variant_));
}

/// Readers of the last run still ask for its segments: the oldest go as our own take their place.
void publisher::remove_leftovers() {
  if (!leftovers_)
    leftovers_ = folder_.leftovers(order_.run);
  auto renditions = audio_ ? 2U : 1U;
  auto own = (video_.listed.size() + video_.retired.size()) * renditions;
  auto all = std::size_t{order_.window + order_.grace} * renditions;
  auto keep = all > own ? all - own : 0;
  while (leftovers_->size() > keep) {
    folder_.remove(leftovers_->front());
    leftovers_->pop_front();
  }
}

} // namespace camwall::media
