// Profile opencv: the paths of contract E (docs/reference/compatibility.md).

#include "http/compat/compat_context.hpp"
#include "http/compat/jpeg_session.hpp"
#include "http/compat/profile.hpp"
#include "http/live/refusing.hpp"

#include <utility>

namespace camwall::http {

namespace {

/// Says why, in the words of this profile, and closes.
session_factory complaining(std::uint16_t code, std::string reason) {
  auto text = error_text(reason);
  return refusing(code, std::move(reason), std::move(text));
}

class opencv final : public profile {
public:
  explicit opencv(const compat_context& context) : context_(context) {
    // nop
  }

  std::vector<route> routes() override {
    using enum action;
    return {
      {method::get, "/", view_health,
       [](const request&, const path_parameters&) {
         return json_answer(200,
                            "{\"status\":\"ok\",\"message\":\"camwall answers at "
                            "/ws/stream?rtsp_url=…\"}\n");
       }},
      {method::get, "/ws/stream", view_media,
       [this](const request& x, const path_parameters&) {
         return accept_client(x, context_, session_for(x));
       }},
    };
  }

private:
  session_factory session_for(const request& x) const {
    auto url = query_text(x, "rtsp_url", compat_limits::url_bytes_max);
    if (!url || url->empty())
      return complaining(close_code::bad_request, "rtsp_url is needed");
    // Only after the handshake: an address may begin a camera.
    return [this, address = std::move(*url)](
             websocket_loop& loop, websocket_peer& peer) -> std::unique_ptr<websocket_session> {
      auto found = stream_by_url(context_, address);
      if (!found)
        return complaining(found.error().close_code, found.error().why)(loop, peer);
      return std::make_unique<jpeg_session>(context_, context_.rooms.of(loop), peer,
                                            feed_key{.camera = found->stream.camera,
                                                     .stream = found->stream.stream,
                                                     .format = media_format::jpeg},
                                            jpeg_session::manners{.gives_up = true},
                                            std::move(found->lease));
    };
  }

  const compat_context& context_;
};

} // namespace

std::unique_ptr<profile> make_opencv(const compat_context& context) {
  return std::make_unique<opencv>(context);
}

} // namespace camwall::http
