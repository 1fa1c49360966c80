#include "http/compat/jpeg_session.hpp"

#include <utility>

namespace camwall::http {

jpeg_session::jpeg_session(const compat_context& context, std::shared_ptr<live_room> room,
                           websocket_peer& peer, feed_key what, manners how,
                           std::shared_ptr<const void> lease, std::shared_ptr<const void> held)
  : compat_session(context, std::move(room), peer),
    what_(std::move(what)),
    how_(how),
    lease_(std::move(lease)),
    held_(std::move(held)) {
  // nop
}

void jpeg_session::on_open() {
  opened_ = context().compat.clock();
  watch(what_, lease_);
}

void jpeg_session::on_command(std::string_view /*message*/) {
  // nop
}

void jpeg_session::on_sent() {
  sent_ = true;
}

void jpeg_session::on_turn(time_point now) {
  if (!how_.gives_up)
    return;
  if (auto camera = state(); is_failure(camera.phase))
    on_failed(close_code::try_again_later, camera.detail);
  else if (!sent_ && now - opened_ > compat_limits::first_picture_deadline)
    on_failed(close_code::try_again_later,
              is_kept_back(camera) ? camera.detail : "the camera sends no picture");
}

void jpeg_session::on_failed(std::uint16_t code, std::string_view why) {
  if (how_.gives_up)
    peer().send_text(error_text(why));
  end(code, why);
}

} // namespace camwall::http
