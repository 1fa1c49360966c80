#include "media/server/live_hub.hpp"

#include <algorithm>

namespace camwall::media {

namespace {

/// The same for all that get the same: size, rate and quality are the camera's own in `fmp4` and
/// `mpegts`.
feed_key normal(feed_key x) {
  if (x.format == media_format::fmp4 || x.format == media_format::mpegts) {
    x.width = 0;
    x.height = 0;
    x.fps = 0;
    x.quality = 0;
  }
  return x;
}

} // namespace

live_hub::live_hub(thread where, std::function<void(std::string_view)> on_limit,
                   std::function<void(std::size_t)> on_dropped)
  : thread_(std::move(where)), on_limit_(std::move(on_limit)), on_dropped_(std::move(on_dropped)) {
  // nop
}

subscription_id live_hub::subscribe(const feed_key& what, bool sound,
                                    std::shared_ptr<media_sink> sink) {
  auto id = ++last_subscription_;
  thread_.post([this, id, key = normal(what), hears = sound && what.format == media_format::fmp4,
                to = std::move(sink)] { begin(id, key, hears, to); });
  return id;
}

void live_hub::unsubscribe(subscription_id id) {
  thread_.post([this, id] { end(id); });
}

void live_hub::begin(subscription_id id, const feed_key& what, bool sound,
                     const std::shared_ptr<media_sink>& sink) {
  std::string refusal;
  auto* feed = open(what, refusal);
  if (feed == nullptr)
    return sink->on_refused(id, refusal);
  bool is_new = !feed->watched() && !feed->ends_at;
  bool heard = feed->order().sound;
  if (feed->ends_at)
    thread_.cancel(*std::exchange(feed->ends_at, std::nullopt));
  viewers_[id] = {.feed = feed, .sound = sound};
  viewer_count_ = viewers_.size();
  feed->add(id, sound, sink);
  if (is_new || (sound && !heard))
    order(stream_of(what));
}

live_feed* live_hub::open(const feed_key& what, std::string& refusal) {
  if (viewers_.size() >= subscriptions_max) {
    refusal = "too many viewers watch this server";
    on_limit_("live_subscriptions");
    return nullptr;
  }
  if (auto i = feeds_.find(what); i != feeds_.end())
    return &i->second;
  auto of_stream = std::count_if(feeds_.begin(), feeds_.end(), [&](const auto& x) {
    return stream_of(x.first) == stream_of(what);
  });
  if (feeds_.size() >= feeds_max || of_stream >= std::ptrdiff_t{feeds_per_worker_max}) {
    refusal = "too many formats and sizes are watched at a time";
    on_limit_("live_feeds");
    return nullptr;
  }
  auto id = ++last_feed_;
  auto& feed = feeds_.try_emplace(what, what, id).first->second;
  by_id_[id] = &feed;
  feed_count_ = feeds_.size();
  return &feed;
}

void live_hub::end(subscription_id id) {
  auto i = viewers_.find(id);
  if (i == viewers_.end())
    return;
  auto& feed = *i->second.feed;
  viewers_.erase(i);
  viewer_count_ = viewers_.size();
  bool heard = feed.order().sound;
  feed.remove(id);
  if (!feed.watched())
    feed.ends_at = thread_.call_after(linger, [this, &feed] { close(feed); });
  if (heard != feed.order().sound)
    order(stream_of(feed.key()));
}

void live_hub::close(live_feed& feed) {
  if (feed.ends_at)
    thread_.cancel(*feed.ends_at);
  auto key = feed.key();
  auto before = feed.kept_bytes();
  feed.drop_kept();
  note_kept(feed, before);
  by_id_.erase(feed.id());
  feeds_.erase(key);
  feed_count_ = feeds_.size();
  order(stream_of(key));
}

void live_hub::order(const stream_name& stream) {
  auto i = workers_.find(stream);
  if (i == workers_.end())
    return;
  watch_order out;
  for (const auto& [key, feed] : feeds_)
    if (stream_of(key) == stream)
      out.feeds.push_back(feed.order());
  for (const auto& x : out.feeds)
    i->second.highest_ordered = std::max(i->second.highest_ordered, x.id);
  i->second.source->watch(out);
}

void live_hub::attach(const std::string& camera, const std::string& stream, live_source& x) {
  stream_name name{camera, stream};
  if (auto i = workers_.find(name); i != workers_.end())
    detach(*i->second.source);
  workers_[name] = {.source = &x, .highest_ordered = 0};
  auto watched = std::any_of(feeds_.begin(), feeds_.end(),
                             [&](const auto& y) { return stream_of(y.first) == name; });
  if (watched)
    order(name);
}

void live_hub::detach(const live_source& x) {
  auto i = std::find_if(workers_.begin(), workers_.end(),
                        [&](const auto& y) { return y.second.source == &x; });
  if (i == workers_.end())
    return;
  for (auto& [key, feed] : feeds_)
    if (stream_of(key) == i->first) {
      auto before = feed.kept_bytes();
      feed.lose_worker();
      note_kept(feed, before);
    }
  workers_.erase(i);
}

/// Leaves `feed` null, without a complaint, when it has ended meanwhile.
std::string live_hub::find(const live_source& from, std::uint32_t id, live_feed*& feed) {
  auto i = std::find_if(workers_.begin(), workers_.end(),
                        [&](const auto& x) { return x.second.source == &from; });
  if (i == workers_.end())
    return {}; // Another has taken its place.
  if (id == 0 || id > i->second.highest_ordered)
    return "media of a feed that nobody ordered";
  auto j = by_id_.find(id);
  if (j == by_id_.end())
    return {};
  if (stream_of(j->second->key()) != i->first)
    return "media of another worker's feed";
  feed = j->second;
  return {};
}

std::string live_hub::take(const live_source& from, arrived_media x) {
  live_feed* feed = nullptr;
  if (auto wrong = find(from, x.feed, feed); feed == nullptr)
    return wrong;
  ++chunks_;
  bytes_ += x.payload.size();
  if (auto dropped = std::min(x.dropped, dropped_max); dropped > 0) {
    dropped_ += dropped;
    if (on_dropped_)
      on_dropped_(dropped);
  }
  auto before = feed->kept_bytes();
  auto wrong = feed->take(std::move(x));
  note_kept(*feed, before);
  return wrong;
}

void live_hub::note_kept(live_feed& feed, std::size_t before) {
  kept_ = kept_ - before + feed.kept_bytes();
  if (kept_ <= kept_bytes_max || feed.kept_bytes() == 0)
    return;
  on_limit_("live_kept_bytes");
  kept_ -= feed.kept_bytes();
  feed.drop_kept();
}

std::string live_hub::refuse(const live_source& from, const feed_refused& x) {
  live_feed* feed = nullptr;
  if (auto wrong = find(from, x.feed, feed); feed == nullptr)
    return wrong;
  std::erase_if(viewers_, [feed](const auto& y) { return y.second.feed == feed; });
  viewer_count_ = viewers_.size();
  feed->refuse(x.why);
  close(*feed);
  return {};
}

live_counts live_hub::counts() const {
  return {.chunks = chunks_,
          .bytes = bytes_,
          .dropped_by_workers = dropped_,
          .feeds = feed_count_,
          .subscriptions = viewer_count_,
          .kept_bytes = kept_};
}

} // namespace camwall::media
