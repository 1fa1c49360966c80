#pragma once

#include "core/rfc3339.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camwall {

/// A still picture of a camera that is wanted.
struct snapshot_request {
  std::string camera;
  std::string stream;        ///< `main`, `sub`; empty: the one that runs, the grid's stream first.
  std::uint16_t width = 0;   ///< Pixels, 0: as it comes. The height follows from the aspect.
  std::uint16_t height = 0;  ///< Given with `width`, the picture is stretched to both.
  std::uint16_t quality = 0; ///< 1 to 100; 0 leaves it to the server.

  /// One that was made longer ago is not taken from the cache; without it the source's time to
  /// live. A camera that would have to be started first is left alone when its last picture is not
  /// older.
  std::optional<std::chrono::milliseconds> max_age;
};

/// A JPEG. Shared, never changed.
struct snapshot {
  std::string jpeg;
  int width = 0;
  int height = 0;
  wall_time taken;         ///< When the keyframe came from the camera.
  bool last_known = false; ///< The camera is down (or shows no picture of now): this is its last.
  std::string etag;        ///< Opaque, without quotes.
};

using snapshot_ptr = std::shared_ptr<const snapshot>;

struct snapshot_result {
  snapshot_ptr picture; ///< Null when there is none, not even an old one.

  /// Why there is none, or none of now: one sentence for people. Holds no secret.
  std::string why;

  std::chrono::seconds retry_after{0}; ///< With `why`: when asking again may help; 0: unknown.
};

struct snapshot_statistics {
  std::size_t pictures = 0; ///< In the cache.
  std::size_t bytes = 0;
  std::size_t bytes_max = 0;
  std::chrono::milliseconds time_to_live{0};
  std::vector<std::string> cameras; ///< Of which pictures are in the cache; sorted, each once.
  std::size_t last_pictures = 0;    ///< Kept for the time when their cameras are down.

  // Since the start:
  std::uint64_t hits = 0;   ///< Answered from the cache.
  std::uint64_t misses = 0; ///< Not so.
  std::uint64_t joined = 0; ///< Of these, those that waited for a picture that was being made.
  std::uint64_t made = 0;   ///< Pictures that were decoded, those to be kept as last included.
  std::uint64_t last = 0;   ///< Answered with a camera's last picture.
  std::uint64_t failed = 0; ///< Not answered with a picture.
};

/// Still pictures from running streams: never a second RTSP session.
class snapshot_source {
public:
  virtual ~snapshot_source() = default;

  /// From any thread; never blocks. `done` is called once, at once or from a thread of the source,
  /// within a deadline of the source; it must not block.
  virtual void take(snapshot_request what, std::function<void(snapshot_result)> done) = 0;

  virtual snapshot_statistics statistics() const = 0;

  /// Forgets the cached pictures of this camera; of all when the name is empty. Last pictures of
  /// cameras that are down stay.
  virtual void clear(std::string_view camera) = 0;
};

} // namespace camwall
