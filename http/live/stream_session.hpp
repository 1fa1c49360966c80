#pragma once

#include "http/live/live_messages.hpp"
#include "http/live/live_viewer.hpp"

#include <string>

namespace camwall::http {

/// What is said over one `/ws/stream`: one stream, each binary message a bare chunk. What the
/// client sends is ignored: players say things that we do not need.
class stream_session final : public live_viewer {
public:
  stream_session(std::shared_ptr<live_room> room, websocket_peer& peer, principal who,
                 stream_query what);

  void on_open() override;
  void on_text(std::string_view message) override;
  void on_binary(std::string_view message) override;

private:
  std::string render_opened(std::uint16_t channel, const feed_description& what,
                            bool sound) override;
  std::string render_head(const delivery& x) override;
  void say_dropped(std::uint16_t channel, std::size_t chunks) override;
  void on_channel_end(std::uint16_t channel, std::string_view code,
                      std::string_view reason) override;

  stream_query what_;
};

} // namespace camwall::http
