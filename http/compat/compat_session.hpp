#pragma once

#include "http/compat/compat_context.hpp"
#include "http/compat/stream_state.hpp"
#include "http/live/live_viewer.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace camwall::http {

/// How many commands a client may send: so many a second, with bursts.
class command_budget {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// False: too many.
  bool take(time_point now) noexcept;

private:
  double left_ = compat_limits::commands_burst_max;
  time_point last_{};
};

/// What the sessions of all profiles have in common: at most one stream at a time, whose chunks go
/// out bare, and commands in bounded number.
class compat_session : public live_viewer {
public:
  compat_session(const compat_context& context, std::shared_ptr<live_room> room,
                 websocket_peer& peer);

  void on_text(std::string_view message) override;
  void on_binary(std::string_view message) override;
  void on_tick(time_point now) override;

protected:
  /// Begins to watch; what was watched before ends. False when the socket has been ended, with the
  /// reason. `lease` is that of a camera that nobody configured, which may have to come first.
  bool watch(const feed_key& what, std::shared_ptr<const void> lease = nullptr);

  void unwatch();

  bool watching() const {
    return is_open(only_channel);
  }

  /// Of the stream that was last watched.
  stream_state state() const;

  const compat_context& context() const noexcept {
    return context_;
  }

  /// Says something that is no command; ends the socket when that happens too often.
  void scold(std::string text);

private:
  static constexpr std::uint16_t only_channel = 0;

  /// Of a camera that is not on the wall yet.
  struct arrival {
    feed_key what;
    time_point deadline{};
  };

  bool begin(const feed_key& what);
  void follow_lease(time_point now);

  // What a profile makes of it:
  virtual void on_command(std::string_view message) = 0;
  virtual void on_sent() = 0; ///< A picture, or a piece of video, leaves.
  virtual void on_turn(time_point now) = 0;

  /// Pictures cannot come any more. The default is to close.
  virtual void on_failed(std::uint16_t code, std::string_view why);

  std::string render_opened(std::uint16_t channel, const feed_description& what,
                            bool sound) override;
  std::string render_head(const delivery& x) override;
  void say_dropped(std::uint16_t channel, std::size_t chunks) override;
  void on_channel_end(std::uint16_t channel, std::string_view code,
                      std::string_view reason) override;

  const compat_context& context_;
  command_budget budget_;
  std::size_t bad_commands_ = 0;
  stream_name watched_;
  std::shared_ptr<const void> lease_;
  std::optional<arrival> arrival_;
};

} // namespace camwall::http
