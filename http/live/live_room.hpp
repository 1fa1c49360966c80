#pragma once

#include "core/live_media.hpp"
#include "http/live/camera_board.hpp"
#include "http/live/live_inbox.hpp"
#include "http/live/live_limits.hpp"
#include "http/wall_services.hpp"
#include "http/websocket/session.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace camwall::http {

/// What all viewers of the server share. Outlives them.
struct live_context {
  using clock = std::function<websocket_session::time_point()>;

  live_context(const wall_services& services_, clock now_);

  const wall_services& services;
  const live_limits& limits;
  live_observer& observer;
  const clock now;
  std::atomic<std::size_t> subscriptions = 0;
};

/// Who gets chunks. All on the loop's thread.
class live_subscriber {
public:
  virtual ~live_subscriber() = default;

  virtual void on_described(subscription_id id, const feed_description& what) = 0;
  virtual void on_chunk(subscription_id id, const media_chunk_ptr& chunk) = 0;

  /// The loop did not keep up: `chunks` are missing, and goes on at a keyframe.
  virtual void on_lost(subscription_id id, std::size_t chunks) = 0;
  virtual void on_refused(subscription_id id, std::string_view reason) = 0;

  /// All that had come was told.
  virtual void on_batch_end() = 0;

  /// The server failed; nothing that was told can be relied on.
  virtual void on_failure() noexcept = 0;
};

/// What the viewers of one loop's thread share: the way in for chunks, the cameras' states, what is
/// demanded. Lives as long as one of them; all but the inbox belongs to the loop's thread.
class live_room : public std::enable_shared_from_this<live_room> {
public:
  using time_point = websocket_session::time_point;

  static std::shared_ptr<live_room> make(websocket_loop& loop, live_context& context);
  ~live_room();

  live_room(const live_room&) = delete;
  live_room& operator=(const live_room&) = delete;

  enum class refusal { none, unavailable, full };

  struct subscribed {
    subscription_id id = 0; ///< 0 when it was refused.
    refusal why = refusal::none;
  };

  /// `who` must unsubscribe before it ends.
  subscribed subscribe(const feed_key& what, bool sound, live_subscriber& who);
  void unsubscribe(subscription_id id, media_format format);

  /// Somebody watches: passes it on, but not more often than `demand_interval`.
  void demand(const std::string& camera, const std::string& stream);

  /// Any number of times a tick: each viewer calls it.
  void on_tick(time_point now);

  time_point now() const {
    return context_.now();
  }

  const camera_board& cameras() const noexcept {
    return board_;
  }

  live_context& context() noexcept {
    return context_;
  }

private:
  explicit live_room(live_context& context) : context_(context) {
    // nop
  }

  void distribute();
  void give(const live_inbox::entry& x);

  template <class F>
  void tell(subscription_id id, F f);

  live_context& context_;
  std::shared_ptr<live_inbox> inbox_;
  camera_board board_;
  std::unordered_map<subscription_id, live_subscriber*> subscribers_;
  std::vector<subscription_id> touched_;                               // In this batch.
  std::map<std::pair<std::string, std::string>, time_point> demanded_; // By camera and stream.
  time_point looked_{}; // When the cameras' states were last compared.
};

/// The rooms, by loop. Any thread.
class live_rooms {
public:
  explicit live_rooms(live_context& context) : context_(context) {
    // nop
  }

  /// On the loop's thread.
  std::shared_ptr<live_room> of(websocket_loop& loop);

private:
  live_context& context_;
  std::mutex mutex_;
  std::map<const websocket_loop*, std::weak_ptr<live_room>> rooms_; // One for each thread.
};

} // namespace camwall::http
