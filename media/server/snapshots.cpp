#include "media/server/snapshots.hpp"

#include <algorithm>
#include <utility>

namespace camwall::media {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t quality_default = 80;
constexpr std::uint16_t side_min = 16;
constexpr std::uint16_t side_max = 4080;

/// What lies between two looks at which cameras' last pictures have to be renewed.
constexpr std::chrono::milliseconds housekeeping{5000};

/// A camera that has just begun needs a moment for its first keyframe.
constexpr std::chrono::milliseconds last_deadline{20'000};

std::uint16_t side(std::uint16_t x) noexcept {
  if (x == 0)
    return 0;
  return static_cast<std::uint16_t>(std::clamp(x, side_min, side_max) / 2 * 2);
}

/// One key for what would be the same picture.
snapshot_key normal(const snapshot_request& x, std::string stream) {
  auto quality = x.quality == 0 ? quality_default : std::min<std::uint16_t>(x.quality, 100);
  return {.camera = x.camera,
          .stream = std::move(stream),
          .width = side(x.width),
          .height = side(x.height),
          .quality = quality};
}

wall_time from_epoch(std::uint64_t us) {
  return wall_time{std::chrono::duration_cast<wall_time::duration>(std::chrono::microseconds{us})};
}

/// The same picture in the same size has the same tag, whenever it was made.
std::string tag_of(const snapshot_key& key, std::uint64_t capture_us) {
  return key.stream + "-" + std::to_string(capture_us) + "-" + std::to_string(key.width) + "x" +
         std::to_string(key.height) + "-" + std::to_string(key.quality);
}

bool has(const camera_snapshot& camera, condition what) {
  return std::any_of(camera.conditions.begin(), camera.conditions.end(),
                     [&](const auto& x) { return x.what == what; });
}

std::string words_for(phase x, reason why) {
  auto out = "the camera is " + std::string{to_string(x)};
  return why == reason::none ? out : out + " (" + std::string{to_string(why)} + ")";
}

std::chrono::seconds until(const std::optional<wall_time>& when, wall_time now) {
  if (!when || *when <= now)
    return 0s;
  return std::chrono::ceil<std::chrono::seconds>(*when - now);
}

} // namespace

std::shared_ptr<snapshots> snapshots::start(snapshot_parts parts) {
  std::shared_ptr<snapshots> out{new snapshots{std::move(parts)}};
  out->parts_.thread.post([weak = out->weak_from_this()] {
    auto self = weak.lock();
    if (!self)
      return;
    self->keep_last_pictures();
    self->parts_.desk->on_worker([weak](const auto& stream, bool runs) {
      if (auto alive = weak.lock())
        alive->on_worker(stream, runs);
    });
  });
  return out;
}

snapshots::snapshots(snapshot_parts parts)
  : parts_(std::move(parts)), cache_(parts_.cache_bytes_max) {
  // nop
}

void snapshots::stop() {
  parts_.thread.post([weak = weak_from_this()] {
    if (auto self = weak.lock())
      self->stopped_ = true;
  });
}

void snapshots::limit_reached(std::string_view limit) const {
  if (parts_.on_limit)
    parts_.on_limit(limit);
}

snapshots::outlook snapshots::look(std::string_view camera, std::string_view stream) const {
  using kind = outlook::kind;
  auto wall = parts_.wall->load();
  const auto* found = wall->find(camera);
  outlook out;
  if (found == nullptr) {
    out.why = "there is no such camera";
    return out;
  }
  out.stream = stream.empty() ? found->grid_stream : std::string{stream};
  auto row = std::find_if(found->streams.begin(), found->streams.end(),
                          [&](const auto& x) { return x.name == out.stream; });
  if (row == found->streams.end()) {
    out.why = "the camera has no such stream";
    return out;
  }
  auto is_grid = out.stream == found->grid_stream;
  out.shows_now =
    !is_grid || (!has(*found, condition::frozen) && !has(*found, condition::undecodable));
  switch (row->status) {
    case phase::connecting:
      out.connects = found->attempts == 0;
      out.why = found->attempts == 0 ? "" : found->detail;
      out.retry_after = until(found->next_try, parts_.wall_clock());
      [[fallthrough]];
    case phase::live:
      out.what = kind::running;
      break;
    case phase::idle:
      out.what = kind::idle;
      break;
    case phase::disabled:
    case phase::stale:
    case phase::backoff:
    case phase::auth_failed:
      out.what = kind::down;
      out.why = is_grid && !found->detail.empty()
                  ? found->detail
                  : words_for(row->status, is_grid ? found->reason : reason::none);
      out.retry_after = until(found->next_try, parts_.wall_clock());
      break;
  }
  return out;
}

snapshot_ptr snapshots::from_cache(const snapshot_key& key, std::chrono::milliseconds max_age,
                                   bool counts) {
  std::lock_guard guard{mutex_};
  auto found = cache_.find(key, std::max(max_age, fresh_min), parts_.clock());
  if (counts)
    ++(found ? sums_.hits : sums_.misses);
  return found;
}

void snapshots::take(snapshot_request what, done_function done) {
  auto max_age = what.max_age.value_or(parts_.time_to_live);
  auto key = normal(what, what.stream);
  if (key.stream.empty()) {
    auto wall = parts_.wall->load();
    if (const auto* camera = wall->find(key.camera); camera != nullptr)
      key.stream = camera->grid_stream;
  }
  if (auto found = from_cache(key, max_age, true))
    return done({.picture = std::move(found), .why = {}});
  parts_.thread.post(
    [weak = weak_from_this(), key = std::move(key), max_age, done = std::move(done)]() mutable {
      if (auto self = weak.lock())
        self->begin(key, max_age, std::move(done));
    });
}

void snapshots::begin(const snapshot_key& key, std::chrono::milliseconds max_age,
                      done_function done) {
  using kind = outlook::kind;
  if (auto found = from_cache(key, max_age, false)) // Came while this was on its way.
    return done({.picture = std::move(found), .why = {}});
  auto how = look(key.camera, key.stream);
  if (stopped_ || how.what == kind::unknown || how.what == kind::down)
    return answer_with_last(
      key, {.picture = nullptr, .why = how.why, .retry_after = how.retry_after}, done);
  if (how.what == kind::idle) {
    auto last = parts_.last->find(key.camera);
    if (last && parts_.wall_clock() - last->taken <= max_age)
      return answer_with_last(key, {.picture = nullptr, .why = "nobody watches the camera"}, done);
    parts_.demand(key.camera, key.stream);
  }
  join(key, how, std::move(done));
}

void snapshots::join(const snapshot_key& key, const outlook& how, done_function done) {
  if (askers_ >= askers_max) {
    limit_reached("snapshot_askers");
    return answer_with_last(
      key, {.picture = nullptr, .why = "too many pictures are waited for", .retry_after = 1s},
      done);
  }
  auto found = making_.find(key);
  if (found == making_.end() && !may_make({key.camera, key.stream})) {
    limit_reached("snapshot_rate");
    return answer_with_last(key,
                            {.picture = nullptr,
                             .why = "too many different pictures of this camera are asked for",
                             .retry_after = 1s},
                            done);
  }
  ++askers_;
  if (found != making_.end()) {
    found->second.push_back(std::move(done));
    std::lock_guard guard{mutex_};
    ++sums_.joined;
    return;
  }
  making_[key].push_back(std::move(done));
  // Who has an old picture to fall back on does not wait long for a camera that may never come.
  auto starts = how.what == outlook::kind::idle || (how.connects && !parts_.last->find(key.camera));
  order(key, starts ? starting_deadline : deadline);
}

bool snapshots::may_make(const still_desk::stream_name& stream) {
  auto now = parts_.clock();
  auto [i, is_new] = budgets_.try_emplace(stream);
  auto& x = i->second;
  if (!is_new)
    x.left += std::chrono::duration<double>(now - x.at).count() * made_per_second_max;
  x.left = std::min(x.left, made_burst_max);
  x.at = now;
  if (x.left < 1)
    return false;
  x.left -= 1;
  return true;
}

void snapshots::order(const snapshot_key& key, std::chrono::milliseconds deadline_of_it) {
  parts_.desk->order({key.camera, key.stream},
                     {.width = key.width, .height = key.height, .quality = key.quality},
                     deadline_of_it, [weak = weak_from_this(), key](still_result x) {
                       if (auto self = weak.lock())
                         self->finish(key, std::move(x));
                     });
}

void snapshots::finish(const snapshot_key& key, still_result result) {
  auto waiting = std::exchange(making_[key], {});
  making_.erase(key);
  askers_ -= std::min(askers_, waiting.size());
  auto how = look(key.camera, key.stream);
  if (!result) {
    auto why = how.why.empty() ? result.error() : how.why;
    for (const auto& done : waiting)
      answer_with_last(key, {.picture = nullptr, .why = why, .retry_after = how.retry_after}, done);
    return;
  }
  auto made = std::make_shared<const snapshot>(snapshot{.jpeg = std::move(result->jpeg),
                                                        .width = result->width,
                                                        .height = result->height,
                                                        .taken = from_epoch(result->capture_us),
                                                        .last_known = !how.shows_now,
                                                        .etag = tag_of(key, result->capture_us)});
  {
    std::lock_guard guard{mutex_};
    cache_.store(key, made, parts_.clock());
    ++sums_.made;
    sums_.last += made->last_known ? waiting.size() : 0;
  }
  if (key.width == last_width && key.height == 0 && how.shows_now)
    parts_.last->store(key.camera, *made);
  for (const auto& done : waiting)
    done({.picture = made, .why = how.shows_now ? "" : "the camera shows no picture of now"});
}

void snapshots::answer_with_last(const snapshot_key& key, snapshot_result otherwise,
                                 const done_function& done) {
  otherwise.picture = parts_.last->find(key.camera);
  {
    std::lock_guard guard{mutex_};
    ++(otherwise.picture ? sums_.last : sums_.failed);
  }
  done(std::move(otherwise));
}

/// The pictures of a stream that has no worker any more are its last ones.
void snapshots::on_worker(const still_desk::stream_name& stream, bool runs) {
  if (runs) {
    last_due_[stream] = parts_.clock();
    return;
  }
  last_due_.erase(stream);
  budgets_.erase(stream);
  parts_.last->camera_is_down(stream.first);
  std::lock_guard guard{mutex_};
  cache_.forget(stream.first, stream.second);
}

void snapshots::keep_last_pictures() {
  auto now = parts_.clock();
  auto wall = parts_.wall->load();
  for (auto& [stream, due] : last_due_) {
    const auto* camera = wall->find(stream.first);
    if (stopped_ || now < due || camera == nullptr || camera->grid_stream != stream.second ||
        camera->phase != phase::live)
      continue;
    due = now + last_interval;
    auto key = normal({.camera = stream.first, .width = last_width}, stream.second);
    if (!making_.contains(key)) {
      making_[key] = {};
      order(key, last_deadline);
    }
  }
  // Before the wall is up there is none.
  if (!wall->cameras.empty())
    parts_.last->keep_only([&](std::string_view x) { return wall->find(x) != nullptr; });
  {
    std::lock_guard guard{mutex_};
    cache_.expire(now);
  }
  parts_.thread.call_after(housekeeping, [weak = weak_from_this()] {
    if (auto self = weak.lock())
      self->keep_last_pictures();
  });
}

snapshot_statistics snapshots::statistics() const {
  std::lock_guard guard{mutex_};
  auto out = sums_;
  out.pictures = cache_.size();
  out.bytes = cache_.bytes();
  out.bytes_max = cache_.bytes_max();
  out.time_to_live = parts_.time_to_live;
  out.cameras = cache_.cameras();
  out.last_pictures = parts_.last->size();
  return out;
}

void snapshots::clear(std::string_view camera) {
  std::lock_guard guard{mutex_};
  cache_.forget(camera);
}

} // namespace camwall::media
