#include "http/live/refusing.hpp"

#include <memory>
#include <string_view>
#include <utility>

namespace camwall::http {

namespace {

class refusing_session final : public websocket_session {
public:
  refusing_session(websocket_peer& peer, std::uint16_t code, std::string reason, std::string text)
    : peer_(peer), code_(code), reason_(std::move(reason)), text_(std::move(text)) {
    // nop
  }

  void on_open() override {
    if (!text_.empty())
      peer_.send_text(text_);
    peer_.close(code_, reason_);
  }
  void on_text(std::string_view /*message*/) override {
    // nop
  }
  void on_binary(std::string_view /*message*/) override {
    // nop
  }
  void on_drained() override {
    // nop
  }
  void on_tick(time_point /*now*/) override {
    // nop
  }

private:
  websocket_peer& peer_;
  std::uint16_t code_;
  std::string reason_;
  std::string text_;
};

} // namespace

session_factory refusing(std::uint16_t code, std::string reason, std::string text) {
  return [code, reason = std::move(reason), text = std::move(text)](websocket_loop&,
                                                                    websocket_peer& peer) {
    return std::make_unique<refusing_session>(peer, code, reason, text);
  };
}

} // namespace camwall::http
