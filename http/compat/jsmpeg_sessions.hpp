#pragma once

#include "http/compat/compat_session.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace camwall::http {

/// What the two sockets of one viewer of profile `jsmpeg` know of each other. Any thread.
struct jsmpeg_viewer {
  std::atomic<bool> wants_video = true;     ///< `stop` and `start`.
  std::atomic<std::uint32_t> reconnects{0}; ///< How often it was asked to begin anew.
  std::atomic<std::uint32_t> begins{0};     ///< How often video has begun.
};

/// The viewers whose sockets are open. Any thread.
class jsmpeg_viewers {
public:
  /// The viewer with this name, made when there is none.
  std::shared_ptr<jsmpeg_viewer> find(const std::string& name);

private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<jsmpeg_viewer>> viewers_; // Guarded by mutex_.
};

/// What a socket of profile `jsmpeg` is for.
struct jsmpeg_wish {
  stream_name stream; ///< Empty when no camera has the id.
  std::shared_ptr<jsmpeg_viewer> viewer;
  bool paired = false; ///< The client has named itself, so that its sockets know of each other.
};

/// The socket for commands and states: nothing but text.
class jsmpeg_control final : public compat_session {
public:
  jsmpeg_control(const compat_context& context, std::shared_ptr<live_room> room,
                 websocket_peer& peer, jsmpeg_wish what);

  void on_open() override;

private:
  void on_command(std::string_view message) override;
  void on_sent() override;
  void on_turn(time_point now) override;

  void report();
  void say_phase(std::string_view phase);
  void say_error(std::string_view code, std::string_view message);

  jsmpeg_wish wish_;
  std::string told_phase_;
  stream_state told_failure_;
  std::uint32_t begins_ = 0;
  bool started_ = false; // By command: a camera on demand is to run.
};

/// The socket for video: nothing but MPEG-1 in MPEG-TS.
class jsmpeg_video final : public compat_session {
public:
  jsmpeg_video(const compat_context& context, std::shared_ptr<live_room> room, websocket_peer& peer,
               jsmpeg_wish what);

  void on_open() override;

private:
  void on_command(std::string_view message) override;
  void on_sent() override;
  void on_turn(time_point now) override;

  void begin();

  jsmpeg_wish wish_;
  std::uint32_t reconnects_ = 0;
  bool sent_ = false; // Since it began.
};

} // namespace camwall::http
