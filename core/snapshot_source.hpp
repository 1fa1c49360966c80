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

namespace camwall {

/// A still picture of a camera that is wanted.
struct snapshot_request {
  std::string camera;
  std::string stream;        ///< `main`, `sub`; empty: the one that runs, the grid's stream first.
  std::uint16_t width = 0;   ///< Pixels, 0: as it comes. The height follows from the aspect.
  std::uint16_t height = 0;  ///< Given with `width`, the picture is stretched to both.
  std::uint16_t quality = 0; ///< 1 to 100; 0 leaves it to the server.
  std::chrono::milliseconds max_age{2000}; ///< An older one is not taken from the cache.
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

/// Why there is no picture at all, not even an old one: one sentence for people.
struct snapshot_result {
  snapshot_ptr picture; ///< Null when there is none.
  std::string why;
};

struct snapshot_statistics {
  std::size_t pictures = 0;
  std::size_t bytes = 0;
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::chrono::milliseconds time_to_live{0};
};

/// Still pictures from running streams: never a second RTSP session.
class snapshot_source {
public:
  virtual ~snapshot_source() = default;

  /// From any thread; never blocks. `done` is called once, at once or from a thread of the source,
  /// within a deadline of the source; it must not block.
  virtual void take(snapshot_request what, std::function<void(snapshot_result)> done) = 0;

  virtual snapshot_statistics statistics() const = 0;

  /// Forgets the pictures of this camera; of all when the name is empty. Last pictures of cameras
  /// that are down stay.
  virtual void clear(std::string_view camera) = 0;
};

} // namespace camwall
