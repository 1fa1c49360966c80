#pragma once

#include "core/phase.hpp"
#include "core/rfc3339.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camwall {

/// One thing that happened to a stream of a camera: its phase changed, a try failed again, a sign
/// of something wrong came or went, or an operator ordered something.
struct camera_event {
  std::uint64_t sequence = 0; ///< Rises with every event of the camera; given by the history.
  wall_time at;               ///< Of the last time.
  wall_time first_at;         ///< Differs from `at` when the same happened several times in a row.
  std::uint32_t count = 1;    ///< How often it happened in a row.
  std::string stream;         ///< `main` or `sub`.
  phase before = phase::connecting;
  phase after = phase::connecting;
  camwall::reason reason = camwall::reason::none;
  std::string detail; ///< One sentence; holds no secret.
  std::uint32_t attempts = 0;
  double wait_s = 0;                   ///< Before the next try; 0: at once, or none is due.
  std::optional<double> detection_s;   ///< From the last access unit to the moment it was noticed.
  std::optional<double> recovery_s;    ///< From the fault to live again; first frame included.
  std::string order;                   ///< `restart`, `retry`, …; empty when nobody ordered it.
  std::string sign;                    ///< A condition, `frame_rate` or `bit_rate`; else empty.
  bool holds = false;                  ///< The sign came; else it went.
  std::vector<std::string> last_words; ///< Of the worker's stderr, oldest first; no secret.
};

/// One line for the log, without the camera's name: `live → stale (stalled): no picture for 2.0 s;
/// …`.
std::string to_line(const camera_event& x);

using event_ptr = std::shared_ptr<const camera_event>;

/// What happened to a camera, oldest first. Never changed after it was made.
using event_list = std::vector<event_ptr>;
using event_list_ptr = std::shared_ptr<const event_list>;

/// The newest events of one camera, bounded in count and in bytes.
///
/// A camera that is away for a week fails ten thousand times in the same way: such tries are one
/// event with a count, so that what came before stays in the history.
class event_history {
public:
  static constexpr std::size_t bytes_max = std::size_t{64} * 1024; ///< Of one camera.
  static constexpr std::size_t detail_bytes_max = 512;
  static constexpr std::size_t last_words_lines_max = 8;

  explicit event_history(std::size_t events_max, event_list_ptr earlier = nullptr);

  void add(camera_event x);

  /// The last lines of a worker that ended: they belong to the newest event of its stream that has
  /// a reason, and are dropped when there is none.
  void add_last_words(std::string_view stream, std::vector<std::string> lines);

  /// Readers on other threads may keep it. Never null.
  const event_list_ptr& list() const noexcept {
    return list_;
  }

private:
  void publish(event_list x);

  std::size_t events_max_;
  event_list_ptr list_;
};

} // namespace camwall
