#include "media/server/still_desk.hpp"

#include <algorithm>
#include <limits>

namespace camwall::media {

namespace {

/// ITU-T T.81 §B.1.1.3: from SOI to EOI.
bool looks_like_jpeg(std::string_view x) noexcept {
  return x.size() > 4 && x.starts_with("\xff\xd8\xff") && x.ends_with("\xff\xd9");
}

} // namespace

void still_desk::order(const stream_name& stream, wish what, std::chrono::milliseconds deadline,
                       std::function<void(still_result)> done) {
  auto waiting = std::count_if(pending_.begin(), pending_.end(),
                               [&](const auto& x) { return x.second.stream == stream; });
  if (waiting >= std::ptrdiff_t{orders_per_stream_max})
    return done(tl::unexpected{std::string{"too many different pictures are wanted at a time"}});
  last_id_ = last_id_ == std::numeric_limits<std::uint32_t>::max() ? still_id_min : last_id_ + 1;
  auto id = last_id_;
  auto timer = thread_.call_after(deadline, [this, id] {
    if (auto at = pending_.find(id); at != pending_.end())
      finish(at, tl::unexpected{std::string{"the camera gave no picture in time"}});
  });
  pending_[id] = {.stream = stream,
                  .what = what,
                  .done = std::move(done),
                  .timer = timer,
                  .description = std::nullopt};
  if (auto to = workers_.find(stream); to != workers_.end())
    send(to->second, id, what);
}

void still_desk::send(worker& to, std::uint32_t id, const wish& what) {
  to.lowest = std::min(to.lowest, id);
  to.highest = std::max(to.highest, id);
  to.source->order_still(
    {.id = id, .width = what.width, .height = what.height, .quality = what.quality});
}

void still_desk::on_worker(std::function<void(const stream_name&, bool)> told) {
  told_ = std::move(told);
  for (const auto& [name, x] : workers_)
    told_(name, true);
}

void still_desk::attach(const std::string& camera, const std::string& stream, live_source& x) {
  stream_name name{camera, stream};
  if (auto old = workers_.find(name); old != workers_.end())
    detach(*old->second.source);
  auto& mine = workers_[name];
  mine = {.source = &x, .lowest = std::numeric_limits<std::uint32_t>::max(), .highest = 0};
  for (auto& [id, waits] : pending_)
    if (waits.stream == name) {
      waits.description.reset();
      send(mine, id, waits.what);
    }
  if (told_)
    told_(name, true);
}

void still_desk::detach(const live_source& x) {
  auto i = std::find_if(workers_.begin(), workers_.end(),
                        [&](const auto& y) { return y.second.source == &x; });
  if (i == workers_.end())
    return;
  auto name = i->first;
  workers_.erase(i);
  if (told_)
    told_(name, false);
}

/// Leaves `at` at the end, without a complaint, when nobody waits for it any more.
std::string still_desk::find(const live_source& from, std::uint32_t id, pending_at& at) {
  at = pending_.end();
  auto i = std::find_if(workers_.begin(), workers_.end(),
                        [&](const auto& x) { return x.second.source == &from; });
  if (i == workers_.end())
    return {}; // Another has taken its place.
  if (id < i->second.lowest || id > i->second.highest)
    return "a picture that nobody ordered";
  auto found = pending_.find(id);
  if (found == pending_.end())
    return {};
  if (found->second.stream != i->first)
    return "a picture that another worker was ordered";
  at = found;
  return {};
}

std::string still_desk::take(const live_source& from, arrived_media x) {
  pending_at at;
  if (auto wrong = find(from, x.feed, at); at == pending_.end())
    return wrong;
  auto& waits = at->second;
  if (x.kind == message_kind::description) {
    auto what = decode_description(x.payload);
    if (!what)
      return what.error();
    waits.description = std::move(*what);
    return {};
  }
  if (x.kind != message_kind::jpeg || !waits.description || x.payload.size() > still_bytes_max ||
      !looks_like_jpeg(x.payload))
    return "a picture that is none, or is too large";
  still_picture made{.jpeg = std::move(x.payload),
                     .width = waits.description->width,
                     .height = waits.description->height,
                     .capture_us = x.capture_us};
  finish(at, std::move(made));
  return {};
}

std::string still_desk::refuse(const live_source& from, const feed_refused& x) {
  pending_at at;
  if (auto wrong = find(from, x.feed, at); at == pending_.end())
    return wrong;
  finish(at, tl::unexpected{x.why});
  return {};
}

void still_desk::finish(pending_at at, still_result result) {
  auto done = std::move(at->second.done);
  thread_.cancel(at->second.timer);
  pending_.erase(at);
  done(std::move(result)); // Last: it may order the next.
}

} // namespace camwall::media
