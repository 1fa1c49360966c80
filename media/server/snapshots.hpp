#pragma once

#include "core/snapshot_source.hpp"
#include "core/wall_snapshot.hpp"
#include "media/server/last_pictures.hpp"
#include "media/server/snapshot_cache.hpp"
#include "media/server/still_desk.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::media {

/// What the still pictures need of the rest of the server.
struct snapshot_parts {
  const snapshot_cell* wall = nullptr;
  still_desk* desk = nullptr;
  last_pictures* last = nullptr;
  live_hub::thread thread; ///< The desk's.

  /// A stream is asked for: starts it when it is on demand. Must not block.
  std::function<void(std::string_view camera, std::string_view stream)> demand;

  /// Told the name of each limit that was reached.
  std::function<void(std::string_view)> on_limit;

  std::function<std::chrono::steady_clock::time_point()> clock = std::chrono::steady_clock::now;
  std::function<wall_time()> wall_clock = std::chrono::system_clock::now;

  std::chrono::milliseconds time_to_live{2000};
  std::size_t cache_bytes_max = 32UL * 1024 * 1024;
};

/// Still pictures of the cameras, made by their workers of the last keyframe: decoded once for all
/// who ask, kept for a while, and as a camera's last one for the time when it is down.
///
/// Orders, and what waits for them, belong to the media I/O thread; the cache is guarded.
class snapshots final : public snapshot_source, public std::enable_shared_from_this<snapshots> {
public:
  /// From a running stream, and from one that has to be started first.
  static constexpr std::chrono::milliseconds deadline{2000};
  static constexpr std::chrono::milliseconds starting_deadline{8000};

  /// However new a picture somebody wants: one that was made so lately is new.
  static constexpr std::chrono::milliseconds fresh_min{200};

  /// Decodings of one stream, whatever sizes are asked for; on average, and at once.
  static constexpr double made_per_second_max = 10;
  static constexpr double made_burst_max = 20;

  /// Requests that wait for pictures.
  static constexpr std::size_t askers_max = 1024;

  /// Each camera's last picture is renewed so often, and is so wide.
  static constexpr std::chrono::seconds last_interval{60};
  static constexpr std::uint16_t last_width = 640;

  static std::shared_ptr<snapshots> start(snapshot_parts parts);

  void take(snapshot_request what, std::function<void(snapshot_result)> done) override;
  snapshot_statistics statistics() const override;
  void clear(std::string_view camera) override;

  /// Orders nothing any more. What waits is answered by its deadline.
  void stop();

private:
  using done_function = std::function<void(snapshot_result)>;

  /// How a stream fares, as far as it matters here.
  struct outlook {
    enum class kind { unknown, down, idle, running } what = kind::unknown;
    std::string stream;
    bool connects = false;
    bool shows_now = true; ///< False: what comes is not what is before the camera.
    std::string why;       ///< When it is down.
    std::chrono::seconds retry_after{0};
  };

  struct budget {
    double left = made_burst_max;
    std::chrono::steady_clock::time_point at;
  };

  explicit snapshots(snapshot_parts parts);

  outlook look(std::string_view camera, std::string_view stream) const;
  snapshot_ptr from_cache(const snapshot_key& key, std::chrono::milliseconds max_age, bool counts);
  void begin(const snapshot_key& key, std::chrono::milliseconds max_age, done_function done);
  void join(const snapshot_key& key, const outlook& how, done_function done);
  bool may_make(const still_desk::stream_name& stream);
  void order(const snapshot_key& key, std::chrono::milliseconds deadline_of_it);
  void finish(const snapshot_key& key, still_result result);
  void answer_with_last(const snapshot_key& key, snapshot_result otherwise,
                        const done_function& done);
  void on_worker(const still_desk::stream_name& stream, bool runs);
  void keep_last_pictures();
  void limit_reached(std::string_view limit) const;

  const snapshot_parts parts_;

  // Of the media I/O thread:
  std::map<snapshot_key, std::vector<done_function>> making_;
  std::map<still_desk::stream_name, budget> budgets_;
  std::map<still_desk::stream_name, std::chrono::steady_clock::time_point> last_due_;
  std::size_t askers_ = 0;
  bool stopped_ = false;

  mutable std::mutex mutex_;
  snapshot_cache cache_;     // Guarded by mutex_.
  snapshot_statistics sums_; // Guarded by mutex_; only what is counted.
};

} // namespace camwall::media
