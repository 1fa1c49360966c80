#pragma once

#include "core/camera_catalogue.hpp"
#include "core/wall_snapshot.hpp"
#include "http/authorize.hpp"
#include "http/wall_services.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace camwall::http {

/// What is remembered, and how many may listen.
struct event_limits {
  std::size_t events_max = 1000;
  std::size_t bytes_max = 1'048'576;
  std::size_t streams_max = 64; ///< Of all listeners.
  std::chrono::seconds heartbeat{15};

  /// A listener is ended then, comes back with `Last-Event-ID` and misses nothing: rights that were
  /// taken from somebody hold no longer than this.
  std::chrono::seconds age_max{900};
};

/// Events of what changed, for all who listen to `/api/v1/events`: made once by comparing the
/// newest snapshots with those before, and kept for those who come back. Nothing is compared while
/// nobody listens; who listens again then gets the newest state of what has changed meanwhile. Any
/// thread.
class event_feed {
public:
  struct event {
    std::uint64_t number = 0;
    std::string_view name; ///< `camera`, `camera_removed`, `configuration`, `reload_failed`.
    action needs = action::view_state; ///< Who may not do that is not told.
    std::string camera;                ///< Its id; empty when it concerns none alone.
    std::string group;                 ///< Of that camera, also when it is gone by now.
    std::string data;                  ///< JSON in one line.
  };

  /// `services` outlives it.
  explicit event_feed(const wall_services& services, event_limits limits = {});

  /// Looks for changes.
  void refresh();

  struct position {
    std::uint64_t number = 0;
    bool known = false; ///< False: what came since is not known any more.
  };

  /// Where somebody goes on who has seen the event of this id (`Last-Event-ID`).
  position resume(std::string_view id) const;

  /// The number of the newest event.
  std::uint64_t newest() const;

  /// Of the event of that number, as `resume` reads it: differs from one start of the server to the
  /// next.
  std::string id_of(std::uint64_t number) const;

  /// At least one event after `number`, and more up to `bytes_max`; none at all when some of them
  /// are forgotten already. Empty when there is none.
  std::optional<std::deque<event>> after(std::uint64_t number, std::size_t bytes_max) const;

  const event_limits& limits() const noexcept {
    return limits_;
  }

  /// Takes one of `streams_max` places; false when there is none left.
  bool enter();
  void leave();

private:
  void compare(const wall_snapshot& before, const wall_snapshot& now);
  void compare(const configured_wall& before, const configured_wall& now);
  void tell(const reload_outcome& x);
  void add(event x);

  const wall_services& services_;
  const event_limits limits_;
  const std::string epoch_;
  mutable std::mutex mutex_; // Guards all that follows.
  std::deque<event> events_; // Their numbers are consecutive.
  std::size_t bytes_ = 0;
  std::uint64_t newest_ = 0;
  std::size_t streams_ = 0;
  bool begun_ = false;
  wall_snapshot_ptr wall_;
  std::shared_ptr<const configured_wall> configured_;
  std::shared_ptr<const reload_outcome> reload_;
};

} // namespace camwall::http
