#pragma once

#include "core/live_media.hpp"
#include "media/server/event_loop.hpp"
#include "media/server/live_feeds.hpp"
#include "media/server/media_guard.hpp"
#include "media/worker_protocol.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace camwall::media {

/// A running worker, as the hub sees it.
class live_source {
public:
  virtual ~live_source() = default;

  /// Orders what is watched from now on.
  virtual void watch(const watch_order& x) = 0;

  /// Orders one picture.
  virtual void order_still(const still_order& x) = 0;
};

/// Sums since the server began, and what is there now. From any thread.
struct live_counts {
  std::uint64_t chunks = 0; ///< That came from workers.
  std::uint64_t bytes = 0;
  std::uint64_t dropped_by_workers = 0; ///< Chunks for which a worker's channel had no room.
  std::size_t feeds = 0;
  std::size_t subscriptions = 0;
  std::size_t kept_bytes = 0; ///< For viewers to come.
};

/// The data road's end in the server. All but what `media_hub` has, and `counts`, is for the media
/// I/O thread.
class live_hub final : public media_hub {
public:
  /// How long a feed is still made when its last viewer has gone: one who returns finds it.
  static constexpr std::chrono::milliseconds linger{5000};
  static constexpr std::size_t feeds_max = 1024;
  /// A last resort: those who subscribe hold a lower limit.
  static constexpr std::size_t subscriptions_max = 32'768;
  /// Of all feeds together; beyond it a feed keeps nothing up to its next keyframe.
  static constexpr std::size_t kept_bytes_max = 256UL * 1024 * 1024;

  /// What the hub needs of its thread.
  struct thread {
    std::function<void(std::function<void()>)> post; ///< From any thread.
    std::function<event_loop::timer_id(std::chrono::milliseconds, std::function<void()>)>
      call_after;
    std::function<void(event_loop::timer_id)> cancel;
  };

  /// A worker that says that it left out more than this at a time is not believed.
  static constexpr std::uint32_t dropped_max = 100'000;

  /// `on_limit` is told the name of each limit that was reached, `on_dropped` how many chunks a
  /// worker left out because its channel was full; the latter may be empty.
  live_hub(thread where, std::function<void(std::string_view)> on_limit,
           std::function<void(std::size_t)> on_dropped = {});

  subscription_id subscribe(const feed_key& what, bool sound,
                            std::shared_ptr<media_sink> sink) override;
  void unsubscribe(subscription_id id) override;

  /// The worker of this stream runs: it takes the place of the one before.
  void attach(const std::string& camera, const std::string& stream, live_source& x);

  /// Nothing comes of it any more.
  void detach(const live_source& x);

  /// Takes what a worker sent. Returns what is wrong with it; empty when it is fine.
  std::string take(const live_source& from, arrived_media x);
  std::string refuse(const live_source& from, const feed_refused& x);

  live_counts counts() const;

private:
  using stream_name = std::pair<std::string, std::string>;

  struct worker {
    live_source* source = nullptr;
    std::uint32_t highest_ordered = 0; ///< Feeds beyond it were never asked of this one.
  };

  struct viewer {
    live_feed* feed = nullptr;
    bool sound = false;
  };

  static stream_name stream_of(const feed_key& x) {
    return {x.camera, x.stream};
  }

  void begin(subscription_id id, const feed_key& what, bool sound,
             const std::shared_ptr<media_sink>& sink);
  void end(subscription_id id);
  live_feed* open(const feed_key& what, std::string& refusal);
  void close(live_feed& feed);
  void order(const stream_name& stream);
  std::string find(const live_source& from, std::uint32_t id, live_feed*& feed);
  void note_kept(live_feed& feed, std::size_t before);

  thread thread_;
  std::function<void(std::string_view)> on_limit_;
  std::function<void(std::size_t)> on_dropped_;
  std::atomic<subscription_id> last_subscription_{0};
  std::uint32_t last_feed_ = 0;
  std::map<feed_key, live_feed> feeds_;
  std::unordered_map<std::uint32_t, live_feed*> by_id_;
  std::unordered_map<subscription_id, viewer> viewers_;
  std::map<stream_name, worker> workers_;

  std::atomic<std::uint64_t> chunks_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::size_t> feed_count_{0};
  std::atomic<std::size_t> viewer_count_{0};
  std::atomic<std::size_t> kept_{0};
};

} // namespace camwall::media
