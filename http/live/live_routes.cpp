#include "http/live/live_routes.hpp"

#include "http/live/live_messages.hpp"
#include "http/live/refusing.hpp"
#include "http/live/stream_session.hpp"
#include "http/live/wall_session.hpp"

#include <utility>

namespace camwall::http {

namespace {

constexpr std::size_t wall_name_bytes_max = 64;

} // namespace

session_factory live_routes::wall(const request& x, const principal& who) {
  if (!permits(who, action::view_media))
    return refusing(close_code::not_allowed, "you may not watch here");
  auto name = std::string{x.query_value("wall").value_or("").substr(0, wall_name_bytes_max)};
  return [this, who, name](websocket_loop& loop, websocket_peer& peer) {
    return std::make_unique<wall_session>(rooms_.of(loop), peer, who, name);
  };
}

session_factory live_routes::stream(const request& x, const principal& who) {
  if (!permits(who, action::view_media))
    return refusing(close_code::not_allowed, "you may not watch here");
  auto query = parse_stream_query(x);
  if (!query)
    return refusing(close_code::bad_request, std::move(query.error()));
  return [this, who, what = std::move(*query)](websocket_loop& loop, websocket_peer& peer) {
    return std::make_unique<stream_session>(rooms_.of(loop), peer, who, what);
  };
}

} // namespace camwall::http
