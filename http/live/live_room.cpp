#include "http/live/live_room.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::size_t demanded_max = 4096; // Above it, forget all: one demand too many.

/// For a server that nobody measures.
class silent_observer final : public live_observer {
public:
  void on_viewers(media_format, int) override {
    // nop
  }
  void on_chunks_dropped(std::string_view, std::size_t) override {
    // nop
  }
  void on_wall(std::string_view, int) override {
    // nop
  }
  void on_limit(std::string_view) override {
    // nop
  }
};

silent_observer& nobody() {
  static silent_observer x;
  return x;
}

} // namespace

live_context::live_context(const wall_services& services_, clock now_)
  : services(services_),
    limits(services_.live_limits),
    observer(services_.live_observer != nullptr ? *services_.live_observer : nobody()),
    now(std::move(now_)) {
  // nop
}

std::shared_ptr<live_room> live_room::make(websocket_loop& loop, live_context& context) {
  std::shared_ptr<live_room> out{new live_room{context}};
  out->inbox_ =
    std::make_shared<live_inbox>(loop, context.limits.inbox_bytes_max, [room = std::weak_ptr{out}] {
      if (auto alive = room.lock())
        alive->distribute();
    });
  if (auto wall = context.services.wall->load())
    out->board_.update(wall);
  return out;
}

live_room::~live_room() {
  if (inbox_)
    inbox_->close();
}

live_room::subscribed live_room::subscribe(const feed_key& what, bool sound, live_subscriber& who) {
  if (context_.services.live == nullptr)
    return {0, refusal::unavailable};
  if (context_.subscriptions.fetch_add(1) >= context_.limits.subscriptions_max) {
    --context_.subscriptions;
    context_.observer.on_limit("subscriptions");
    return {0, refusal::full};
  }
  auto id = context_.services.live->subscribe(what, sound, inbox_);
  subscribers_.emplace(id, &who);
  context_.observer.on_viewers(what.format, 1);
  return {id, refusal::none};
}

void live_room::unsubscribe(subscription_id id, media_format format) {
  if (subscribers_.erase(id) == 0)
    return;
  context_.services.live->unsubscribe(id);
  --context_.subscriptions;
  context_.observer.on_viewers(format, -1);
}

void live_room::demand(const std::string& camera, const std::string& stream) {
  if (demanded_.size() > demanded_max)
    demanded_.clear();
  auto now = context_.now();
  auto [found, first] = demanded_.try_emplace({camera, stream}, now);
  if (!first && now - found->second < context_.limits.demand_interval)
    return;
  found->second = now;
  context_.services.demand(camera, stream);
}

void live_room::on_tick(time_point now) {
  if (now - looked_ < context_.limits.state_interval)
    return;
  looked_ = now;
  board_.update(context_.services.wall->load());
}

template <class F>
void live_room::tell(subscription_id id, F f) {
  auto found = subscribers_.find(id);
  if (found == subscribers_.end())
    return; // Left meanwhile.
  auto* who = found->second;
  try {
    f(*who);
  } catch (const std::exception&) {
    who->on_failure();
  }
}

void live_room::give(const live_inbox::entry& x) {
  if (const auto* news = std::get_if<live_inbox::arrived>(&x)) {
    for (auto id : news->to)
      tell(id, [&](live_subscriber& who) { who.on_chunk(id, news->chunk); });
    touched_.insert(touched_.end(), news->to.begin(), news->to.end());
  } else if (const auto* what = std::get_if<live_inbox::described>(&x)) {
    for (auto id : what->to)
      tell(id, [&](live_subscriber& who) { who.on_described(id, what->what); });
    touched_.insert(touched_.end(), what->to.begin(), what->to.end());
  } else if (const auto* end = std::get_if<live_inbox::refused>(&x)) {
    tell(end->to, [&](live_subscriber& who) { who.on_refused(end->to, end->reason); });
  }
}

void live_room::distribute() {
  auto batch = inbox_->take();
  if (batch.broken) {
    context_.observer.on_limit("memory");
    auto all = subscribers_; // A viewer that ends unsubscribes.
    for (const auto& [id, who] : all)
      tell(id, [](live_subscriber& x) { x.on_failure(); });
    return;
  }
  touched_.clear();
  for (const auto& x : batch.entries)
    give(x);
  if (!batch.lost.empty())
    context_.observer.on_limit("live_inbox");
  for (const auto& [id, chunks] : batch.lost)
    tell(id, [id = id, chunks = chunks](live_subscriber& who) { who.on_lost(id, chunks); });
  std::sort(touched_.begin(), touched_.end());
  touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
  for (auto id : std::exchange(touched_, {}))
    tell(id, [](live_subscriber& who) { who.on_batch_end(); });
}

std::shared_ptr<live_room> live_rooms::of(websocket_loop& loop) {
  std::lock_guard guard{mutex_};
  auto& known = rooms_[&loop];
  auto out = known.lock();
  if (!out) {
    out = live_room::make(loop, context_);
    known = out;
  }
  return out;
}

} // namespace camwall::http
