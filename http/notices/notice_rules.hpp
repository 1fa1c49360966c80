#pragma once

#include "core/camera_catalogue.hpp"
#include "core/phase.hpp"
#include "core/wall_snapshot.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace camwall::http {

/// What somebody may want to be told of.
enum class notice_event : std::uint8_t {
  down,    ///< A camera is not live although it should be.
  picture, ///< Its picture is frozen, undecodable, black or uniform.
  reload,  ///< The configuration could not be taken.
};

/// `down`, `picture` or `reload`.
std::string_view to_string(notice_event x) noexcept;

/// Something that is wrong, or no longer.
struct notice {
  notice_event event = notice_event::down;
  bool resolved = false;
  std::string camera; ///< Empty for `reload`, as the next two.
  std::string label;
  std::string group;
  std::string what;   ///< A reason or a condition: `refused`, `frozen`.
  std::string detail; ///< One sentence for people; holds no secret; may be empty.
  wall_time since;    ///< When it began.
};

/// What a receiver wants.
struct notice_filter {
  std::vector<notice_event> events;
  std::vector<std::string> groups;             ///< Of cameras; empty: all.
  std::chrono::steady_clock::duration after{}; ///< A camera's fault is told of when it is so old.
  bool resolved = true;                        ///< Also tell when it is over.
};

namespace notice_limits {

/// What is due waits so long for more: cameras behind one switch are one message.
inline constexpr std::chrono::seconds gather{5};

/// Between two messages: who flaps is not told of each time.
inline constexpr std::chrono::seconds pause{30};
} // namespace notice_limits

/// Decides what one receiver is told, and when. Knows neither threads nor the time.
class notice_rules {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit notice_rules(notice_filter what);

  /// How things are; to be called about every second. Gives what one message is to say now: empty
  /// most of the time. `reload` may be null.
  std::vector<notice> look(const wall_snapshot& wall, const reload_outcome* reload, time_point now,
                           wall_time wall_now);

private:
  /// Event, camera, condition.
  using key = std::tuple<notice_event, std::string, std::string>;

  struct fault {
    notice what;
    time_point began;
    bool told = false;
    bool seen = false; ///< In this look.
  };

  void see(notice what, time_point now);
  void see_camera(const camera_snapshot& x, time_point now, wall_time wall_now);
  bool wants(notice_event x) const;
  bool wants_group(const std::string& group) const;
  bool is_due(const fault& x, time_point now) const;
  void end_what_is_over(wall_time wall_now);

  notice_filter wanted_;
  std::map<key, fault> faults_;
  std::vector<notice> over_; ///< To be told.
  std::optional<time_point> gathering_since_;
  std::optional<time_point> told_last_;
};

} // namespace camwall::http
