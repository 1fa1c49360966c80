#pragma once

#include "http/compat/compat_session.hpp"

#include <functional>
#include <memory>

namespace camwall::http {

/// One socket that carries nothing but JPEGs: profiles `fastapi_jpeg` and `opencv`. What the client
/// says means nothing.
class jpeg_session final : public compat_session {
public:
  struct manners {
    /// On failure, also one of the camera, say `{"error": …}` and close, as clients of profile
    /// `opencv` expect. Otherwise the socket stays open, and pictures come again by themselves.
    bool gives_up = false;
  };

  /// `lease` is that of a camera that nobody configured; `held` lives as long as the session.
  jpeg_session(const compat_context& context, std::shared_ptr<live_room> room, websocket_peer& peer,
               feed_key what, manners how, std::shared_ptr<const void> lease = nullptr,
               std::shared_ptr<const void> held = nullptr);

  void on_open() override;

private:
  void on_command(std::string_view message) override;
  void on_sent() override;
  void on_turn(time_point now) override;
  void on_failed(std::uint16_t code, std::string_view why) override;

  feed_key what_;
  manners how_;
  std::shared_ptr<const void> lease_;
  std::shared_ptr<const void> held_;
  time_point opened_{};
  bool sent_ = false;
};

} // namespace camwall::http
