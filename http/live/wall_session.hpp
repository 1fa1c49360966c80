#pragma once

#include "http/live/live_messages.hpp"
#include "http/live/live_viewer.hpp"
#include "http/live/wall_reports.hpp"

#include <optional>
#include <set>
#include <string>

namespace camwall::http {

/// What is said over one `/ws/wall` (docs/reference/wall-socket.md): any number of streams, and the
/// cameras' states.
class wall_session final : public live_viewer {
public:
  /// `wall` is what the client calls itself; it may be empty.
  wall_session(std::shared_ptr<live_room> room, websocket_peer& peer, principal who,
               std::string wall);
  ~wall_session() override;

  void on_open() override;
  void on_text(std::string_view message) override;
  void on_binary(std::string_view message) override;
  void on_drained() override;
  void on_tick(time_point now) override;

private:
  std::string render_opened(std::uint16_t channel, const feed_description& what,
                            bool sound) override;
  std::string render_head(const delivery& x) override;
  void say_dropped(std::uint16_t channel, std::size_t chunks) override;
  void on_channel_end(std::uint16_t channel, std::string_view code,
                      std::string_view reason) override;

  void handle(const subscribe_message& x);
  void handle(const unsubscribe_message& x);
  void handle(const report_message& x);
  void handle(const bad_message& x);

  void announce_cameras();

  std::string wall_;
  std::string known_wall_; // As the metrics have it.
  std::optional<wall_reports> reports_;
  std::set<std::string> announced_;
  std::uint64_t version_seen_ = 0;
  std::uint64_t removal_seen_ = 0;
  std::size_t bad_messages_ = 0;
};

} // namespace camwall::http
