#pragma once

#include "core/live_media.hpp"
#include "media/server/event_loop.hpp"
#include "media/server/media_guard.hpp"
#include "media/worker_protocol.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::media {

/// One feed: what it is, who gets it, and what who comes later gets first. Only for the media I/O
/// thread.
class live_feed {
public:
  /// Of a longer group of pictures nothing is kept.
  static constexpr std::size_t kept_bytes_max = 8UL * 1024 * 1024;

  live_feed(feed_key key, std::uint32_t id) : key_(std::move(key)), id_(id) {
    // nop
  }
  live_feed(const live_feed&) = delete;
  live_feed& operator=(const live_feed&) = delete;

  const feed_key& key() const noexcept {
    return key_;
  }

  std::uint32_t id() const noexcept {
    return id_;
  }

  /// As the worker is told of it.
  watched_feed order() const;

  /// Adds a viewer and gives it what is kept.
  void add(subscription_id id, bool sound, const std::shared_ptr<media_sink>& sink);
  void remove(subscription_id id);

  bool watched() const noexcept {
    return !groups_.empty();
  }

  /// The worker is gone: what it sent is of no use to who comes later.
  void lose_worker();

  /// Takes what the worker sent and hands it on. Returns what is wrong with it; empty when it is
  /// fine.
  std::string take(arrived_media x);

  /// Tells all viewers; there are none then.
  void refuse(std::string_view why);

  std::size_t kept_bytes() const noexcept {
    return kept_bytes_;
  }

  /// Who comes later waits for the next keyframe.
  void drop_kept() noexcept;

  std::optional<event_loop::timer_id> ends_at; ///< Set while nobody watches.

private:
  /// The viewers of one thread.
  struct group {
    std::shared_ptr<media_sink> sink;
    std::vector<subscription_id> all;
    std::vector<subscription_id> hearing; ///< Those of them that get sound.
  };

  std::string take_description(const arrived_media& x);
  void send(const media_chunk_ptr& x, bool sound) const;
  void keep(const media_chunk_ptr& x);

  feed_key key_;
  std::uint32_t id_;
  std::vector<group> groups_;
  std::optional<feed_description> description_;
  media_chunk_ptr video_init_;
  media_chunk_ptr sound_init_;
  std::deque<media_chunk_ptr> kept_; ///< Begins with a keyframe.
  std::size_t kept_bytes_ = 0;
  bool running_ = false; ///< A keyframe came since the description.
  bool broken_ = false;  ///< The next keyframe comes from another worker.
};

} // namespace camwall::media
