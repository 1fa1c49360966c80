#pragma once

#include "core/event_history.hpp"
#include "core/phase.hpp"
#include "core/rfc3339.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace camwall {

/// What is known of one running (or idle) stream of a camera. Zero or empty means "not known yet".
struct stream_snapshot {
  std::string name; ///< `main` or `sub`.
  phase status = phase::connecting;
  std::string video; ///< `h264`, `h265` or empty.
  std::string audio; ///< As it comes from the camera: `aac`, `pcm_mulaw`, `pcm_alaw`, or empty.
  std::string
    codecs; ///< RFC 6381, e.g. `avc1.64001f,mp4a.40.2`; the page asks `isTypeSupported` with it.
  int width = 0;
  int height = 0;
  double fps = 0;
  double gop_s = 0; ///< Longest distance between keyframes that was seen lately, in seconds.
  std::uint64_t bitrate_bps = 0;
  double usual_fps = 0; ///< What is usual for this stream; known after a minute.
  double usual_bitrate_bps = 0;
  bool frame_rate_off = false; ///< Far from the usual for some time.
  bool bit_rate_off = false;
  std::string hls; ///< Path of the multivariant or media playlist, e.g. `/hls/gate/sub/index.m3u8`.

  std::optional<wall_time> last_access_unit;
  std::optional<wall_time> last_keyframe;
  std::optional<wall_time> last_segment;

  /// The instant of `last_segment` on the clock that nobody sets: whether a stream delivers must
  /// not depend on the time of day.
  std::optional<std::chrono::steady_clock::time_point> last_segment_steady;

  // Sums over all workers since the server started.
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
  std::uint64_t keyframes = 0;
  std::uint64_t discontinuities = 0;
  std::uint64_t segments = 0;
  double worker_cpu_s = 0;
  std::optional<bool> sandboxed; ///< Whether the last worker said that its sandbox is in force.
  std::uint64_t pictures_judged = 0;
  std::uint64_t pictures_dropped = 0; ///< Keyframes that came while one was still being judged.
  double picture_cpu_s = 0;           ///< Part of `worker_cpu_s`.
  // Of pictures for who watches JPEG or MPEG-1:
  std::uint64_t renditions_made = 0;     ///< Of all sizes and formats together.
  std::uint64_t renditions_skipped = 0;  ///< The camera's, for which there was no time.
  std::uint64_t renditions_damaged = 0;  ///< The camera's, with errors or in the wake of one.
  std::uint64_t worker_memory_bytes = 0; ///< Resident set of the present worker; 0 without one.
};

/// A condition that holds, and since when.
struct condition_snapshot {
  condition what = condition::frozen;
  wall_time since;

  friend bool operator==(const condition_snapshot&, const condition_snapshot&) = default;
};

struct camera_snapshot {
  std::string id;
  std::string label;
  std::string group;
  camwall::phase phase = camwall::phase::connecting; ///< That of the grid stream.
  wall_time since;                                   ///< Of the phase.
  /// Since when it should give a picture and does not, whatever became of each try: its last access
  /// unit, or when it was first wanted. Not of one that is live or at rest.
  std::optional<wall_time> down_since;
  camwall::reason reason = camwall::reason::none;
  std::string detail;                         ///< One sentence for people; holds no secret.
  std::vector<condition_snapshot> conditions; ///< Only while live; in the order of the enumeration.
  std::uint32_t attempts = 0;                 ///< Tries since it was last live.
  std::optional<wall_time> next_try;
  std::string grid_stream; ///< `main` or `sub`.
  std::vector<stream_snapshot> streams;
  std::string source; ///< Where it is configured: `wall.yaml:14`.
  bool read_only = true;
  event_list_ptr events; ///< Null while nothing has happened.

  // By `reason`; every reason is present, so that the metrics start at 0.
  std::array<std::uint64_t, all_reasons.size()> restarts{};
  std::array<std::uint64_t, all_reasons.size()> connect_failures{};
  double backoff_s = 0; ///< The wait that is running; 0 otherwise.
};

/// What the camera sends is a picture of now.
inline bool is_up(const camera_snapshot& x) noexcept {
  return x.phase == phase::live && std::none_of(x.conditions.begin(), x.conditions.end(),
                                                [](const auto& y) { return is_fault(y.what); });
}

/// The state of the whole wall at one instant. Never changed after it was published.
struct wall_snapshot {
  std::vector<camera_snapshot> cameras; ///< In the order of the configuration.

  const camera_snapshot* find(std::string_view id) const noexcept {
    for (const auto& x : cameras)
      if (x.id == id)
        return &x;
    return nullptr;
  }
};

using wall_snapshot_ptr = std::shared_ptr<const wall_snapshot>;

/// Where the newest snapshot is found. One writer (the status board), any number of readers on any
/// thread.
class snapshot_cell {
public:
  /// Never null.
  wall_snapshot_ptr load() const {
    std::lock_guard guard{mutex_};
    return value_;
  }

  void publish(wall_snapshot_ptr x) {
    {
      std::lock_guard guard{mutex_};
      value_.swap(x); // The old one is freed by our caller's copy, outside the lock.
    }
    changed_.notify_all();
  }

  /// Blocks until `is_it` is true of the newest snapshot; false when that takes longer than
  /// `deadline`. For a thread that may wait.
  template <class Predicate>
  bool wait_for(std::chrono::milliseconds deadline, Predicate is_it) const {
    std::unique_lock guard{mutex_};
    return changed_.wait_for(guard, deadline, [&] { return is_it(*value_); });
  }

private:
  mutable std::mutex
    mutex_; // libstdc++ 12's atomic<shared_ptr> is a spin lock that TSan cannot see through.
  mutable std::condition_variable changed_;
  wall_snapshot_ptr value_ = std::make_shared<wall_snapshot>();
};

} // namespace camwall
