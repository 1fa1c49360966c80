#pragma once

#include "core/camera_catalogue.hpp"
#include "core/notice_event.hpp"
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

/// Something that is wrong, or was.
struct notice {
  notice_event event = notice_event::down;
  std::string camera; ///< Empty for `reload`, as the next two.
  std::string label;
  std::string group;
  std::string what;               ///< A reason, a phase or a condition: `refused`, `frozen`.
  std::string detail;             ///< One sentence for people; holds no secret; may be empty.
  wall_time since;                ///< When it began.
  std::optional<wall_time> until; ///< When it was over; empty while it lasts.
};

/// What a receiver wants.
struct notice_filter {
  std::vector<notice_event> events;
  std::vector<std::string> groups;             ///< Of cameras; empty: all.
  std::chrono::steady_clock::duration after{}; ///< A camera's fault is told of when it is so old.
  bool resolved = true;                        ///< Also tell when it is over.
};

/// The waits that keep messages few.
struct notice_pace {
  using duration = std::chrono::steady_clock::duration;

  /// What is due waits so long for more: cameras behind one switch are one message.
  duration gather = std::chrono::seconds{5};

  /// Between two messages.
  duration pause = std::chrono::seconds{30};

  /// A fault that comes back within is the same: who flaps is told of once.
  duration calm = std::chrono::seconds{10};

  /// What the receiver rejected is told again after this, then twice, four times … that, up to
  /// `rejected_max`.
  duration rejected_first = std::chrono::minutes{1};
  duration rejected_max = std::chrono::hours{1};
};

/// An end that was rejected so often is told no more; a fault that lasts, for as long as it does.
inline constexpr std::size_t rejected_ends_max = 8;

/// Decides what one receiver is told, and when. One message is on its way at a time; what changes
/// meanwhile waits here as a state, not as a message, so what a receiver that was away for long
/// hears of is what is wrong when it answers again. Knows neither threads nor the time.
class notice_rules {
public:
  using time_point = std::chrono::steady_clock::time_point;

  notice_rules(notice_filter what, notice_pace pace);

  /// How things are; to be called about every second. `reload` may be null.
  void look(const wall_snapshot& wall, const reload_outcome* reload, time_point now,
            wall_time wall_now);

  /// What one message is to say now: empty most of the time. Not to be called before it is known
  /// what became of the last one, by one of the next three.
  std::vector<notice> take(time_point now);

  /// The receiver knows now.
  void arrived();

  /// It did not arrive. What still lasts is told again.
  void dropped();

  /// The receiver does not want it. What still lasts is told again after a wait.
  void rejected(time_point now);

private:
  /// Event, camera, condition.
  using key = std::tuple<notice_event, std::string, std::string>;

  struct moment {
    time_point at;
    wall_time wall;
  };

  /// What a message that is on its way says of a fault.
  enum class word : std::uint8_t { none, begin, end };

  struct fault {
    notice what; ///< With `until` when it is over.
    time_point began;
    bool due = false;             ///< It lasted long enough.
    bool seen = false;            ///< In this look.
    std::optional<moment> missed; ///< Since when it is not seen.
    bool known = false;           ///< To the receiver: it took the begin and not yet the end.
    word on_its_way = word::none;
    bool given_up = false;    ///< A message that told of it did not arrive.
    std::size_t rejected = 0; ///< In a row.
    time_point not_before{};  ///< Not told of until then.

    /// What there is to tell of it.
    word untold() const noexcept;

    bool tellable(time_point now) const noexcept;
  };

  void see(notice what, time_point now);
  void see_camera(const camera_snapshot& x, time_point now);
  void hold_picture(const camera_snapshot& x);
  void end_what_is_over(time_point now, wall_time wall_now);
  bool wants(notice_event x) const;
  bool wants_group(const std::string& group) const;
  bool may_tell(time_point now);

  notice_filter wanted_;
  notice_pace pace_;

  /// Bounded by the cameras and their conditions, and by what the receiver knows of others.
  std::map<key, fault> faults_;
  std::optional<time_point> gathering_since_;
  std::optional<time_point> told_last_;
};

} // namespace camwall::http
