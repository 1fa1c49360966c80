#pragma once

#include "http/compat/compat_session.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace camwall::http {

/// One socket of profile `django_jpeg`: JPEGs of 640x480, commands, and now and then figures.
class django_jpeg_session final : public compat_session {
public:
  /// What the query asked for.
  struct wish {
    std::optional<stream_name> stream; ///< Empty: a `start`, or `url`, will tell.
    std::shared_ptr<const void> lease; ///< Of a camera that nobody configured.
    std::string url;                   ///< The client's own address of a stream.
    std::string refusal;               ///< Why the wish cannot be granted; empty when it can.
    std::uint16_t code = 0;            ///< To close with then.
  };

  django_jpeg_session(const compat_context& context, std::shared_ptr<live_room> room,
                      websocket_peer& peer, wish what);

  void on_open() override;

private:
  enum class mode { stopped, playing, paused };

  void on_command(std::string_view message) override;
  void on_sent() override;
  void on_turn(time_point now) override;
  void on_failed(std::uint16_t code, std::string_view why) override;

  void start(const std::string& url);
  void play();
  void stop();
  void send_stats(time_point now);

  wish wish_;
  mode mode_ = mode::stopped;
  bool told_failure_ = false;
  time_point began_{}; // Of the stream.
  std::size_t pictures_ = 0;
  time_point rate_since_{}; // What the rate is computed from: no pause lies in it.
  std::size_t rate_pictures_ = 0;
};

} // namespace camwall::http
