#include "http/live/stream_session.hpp"

namespace camwall::http {

namespace {

constexpr std::uint16_t only_channel = 0;

} // namespace

stream_session::stream_session(std::shared_ptr<live_room> room, websocket_peer& peer, principal who,
                               stream_query what)
  : live_viewer(std::move(room), peer, std::move(who)), what_(std::move(what)) {
  // nop
}

void stream_session::on_open() {
  switch (open_channel(only_channel, what_.what, false)) {
    case outcome::opened:
      return;
    case outcome::not_found:
      return end(close_code::not_found, "there is no camera with this id");
    case outcome::stream_not_found:
      return end(close_code::not_found, "the camera has no stream of this name");
    case outcome::not_allowed:
      return end(close_code::not_allowed, "you may not watch this camera");
    case outcome::unavailable:
      return end(close_code::try_again_later, "this server sends no live pictures over WebSocket");
    case outcome::full:
      return end(close_code::try_again_later, "too many viewers; try again later");
  }
}

void stream_session::on_text(std::string_view /*message*/) {
  // nop
}

void stream_session::on_binary(std::string_view /*message*/) {
  // nop
}

std::string stream_session::render_opened(std::uint16_t /*channel*/, const feed_description& what,
                                          bool sound) {
  return what_.events ? opened_text({}, what, sound) : std::string{};
}

std::string stream_session::render_head(const delivery& /*x*/) {
  return {};
}

void stream_session::say_dropped(std::uint16_t /*channel*/, std::size_t chunks) {
  if (what_.events)
    peer().send_text(dropped_text({}, chunks));
}

void stream_session::on_channel_end(std::uint16_t /*channel*/, std::string_view /*code*/,
                                    std::string_view reason) {
  end(close_code::not_found, reason);
}

} // namespace camwall::http
