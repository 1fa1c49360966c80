#pragma once

#include "http/api/event_feed.hpp"
#include "http/body_source.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace camwall::http {

/// What one listener is sent: `text/event-stream` (WHATWG HTML, §9.2). It holds a place of
/// `event_limits::streams_max`, which the maker has taken. A listener that falls behind what is
/// remembered is ended.
class event_stream final : public body_source {
public:
  using filter = std::function<bool(const event_feed::event&)>;

  struct parts {
    std::string last_id; ///< `Last-Event-ID`; empty for a new listener.
    std::string hello;   ///< Data of the first event, JSON in one line.
    filter may_know;
    std::function<bool()> has_ended; ///< What the listener was let in by. May be empty.
    std::function<void(std::string_view limit)> on_limit; ///< May be empty.
  };

  event_stream(std::shared_ptr<event_feed> feed, parts x);
  ~event_stream() override;
  event_stream(const event_stream&) = delete;
  event_stream& operator=(const event_stream&) = delete;

  std::optional<std::string> take(std::chrono::steady_clock::time_point now) override;

private:
  std::string greeting();
  void append(std::string& out, std::string_view name, std::uint64_t number,
              std::string_view data) const;

  std::shared_ptr<event_feed> feed_;
  parts parts_;
  std::uint64_t seen_ = 0;
  std::chrono::steady_clock::time_point began_;
  std::chrono::steady_clock::time_point sent_;
  bool greeted_ = false;
};

/// Whether somebody is told of this event. Who knows of some cameras only is told of these, and not
/// of the configuration as a whole, which names the others.
bool may_hear(const principal& who, const event_feed::event& x);

} // namespace camwall::http
