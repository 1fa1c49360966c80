#pragma once

#include "http/authorize.hpp"
#include "http/live/live_room.hpp"
#include "http/live/viewer_queue.hpp"
#include "http/websocket/session.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

namespace camwall::http {

/// What both sorts of WebSocket have in common: channels that carry streams, a bounded queue, and
/// the demand for what is watched. What is said about it is up to the derived class.
class live_viewer : public websocket_session, protected live_subscriber {
public:
  live_viewer(std::shared_ptr<live_room> room, websocket_peer& peer, principal who);
  ~live_viewer() override;

  live_viewer(const live_viewer&) = delete;
  live_viewer& operator=(const live_viewer&) = delete;

  void on_drained() override;
  void on_tick(time_point now) override;

protected:
  enum class outcome { opened, not_found, stream_not_found, not_allowed, unavailable, full };

  /// Begins a channel that is not open. An empty `stream` becomes the grid stream.
  outcome open_channel(std::uint16_t channel, feed_key what, bool sound);

  /// False when it is not open.
  bool close_channel(std::uint16_t channel);

  bool is_open(std::uint16_t channel) const {
    return channels_.contains(channel);
  }

  std::size_t channel_count() const noexcept {
    return channels_.size();
  }

  /// Whether the socket would take more without getting behind.
  bool has_room() const noexcept;

  /// Ends the socket; nothing is said or delivered afterwards.
  void end(std::uint16_t code, std::string_view reason);

  bool ended() const noexcept {
    return ended_;
  }

  live_room& room() noexcept {
    return *room_;
  }
  websocket_peer& peer() noexcept {
    return peer_;
  }
  const principal& who() const noexcept {
    return who_;
  }

private:
  struct watched {
    subscription_id id = 0;
    feed_key what;
    bool sound = false;
    std::size_t dropped = 0; // Chunks that the viewer was not told of.
    time_point told{};       // When it was told last.
  };

  // What the derived class makes of it:
  virtual std::string render_opened(std::uint16_t channel, const feed_description& what,
                                    bool sound) = 0; ///< Empty: nothing is said.
  virtual std::string render_head(const delivery& x) = 0;
  virtual void say_dropped(std::uint16_t channel, std::size_t chunks) = 0;

  /// The channel is closed already.
  virtual void on_channel_end(std::uint16_t channel, std::string_view code,
                              std::string_view reason) = 0;

  void on_described(subscription_id id, const feed_description& what) override;
  void on_chunk(subscription_id id, const media_chunk_ptr& chunk) override;
  void on_lost(subscription_id id, std::size_t chunks) override;
  void on_refused(subscription_id id, std::string_view reason) override;
  void on_batch_end() override;
  void on_failure() noexcept override;

  void on_drop(std::uint16_t channel, drop_reason why, std::size_t chunks);
  void pump();
  void demand_watched();
  void end_vanished();
  void tell_dropped(time_point now);

  std::shared_ptr<live_room> room_;
  websocket_peer& peer_;
  principal who_;
  viewer_queue queue_;
  std::map<std::uint16_t, watched> channels_;
  std::unordered_map<subscription_id, std::uint16_t> by_id_;
  std::uint64_t removal_seen_;
  bool ended_ = false;
};

} // namespace camwall::http
