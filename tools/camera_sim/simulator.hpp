#pragma once

#include "tools/camera_sim/camera.hpp"
#include "tools/camera_sim/live_source.hpp"
#include "tools/camera_sim/mounts_file.hpp"
#include "tools/camera_sim/pacer.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::camera_sim {

/// What a command names: a camera, or one of its streams.
struct target {
  camera* of = nullptr;
  /// Null when the whole camera is meant.
  mount* stream = nullptr;
};

/// All cameras of the process. Used by the main loop's thread only.
class simulator {
public:
  /// `clips` holds what `play` may be asked for, and must outlive it.
  explicit simulator(clip_store& clips) : clips_(clips) {
    // nop
  }

  /// What one process stands for; a port range and a table of threads have to hold it.
  static constexpr std::size_t cameras_max = 256;

  ~simulator();

  /// Adds cameras, the first on `base_port` + 1, and opens their ports. The error is a sentence.
  tl::expected<void, std::string> open(std::vector<camera_options> cameras,
                                       std::uint16_t base_port);

  const std::vector<std::unique_ptr<camera>>& cameras() const {
    return cameras_;
  }

  /// Finds `camera` or `camera/stream`.
  tl::expected<target, std::string> find(std::string_view name) const;

  clip_store& clips() {
    return clips_;
  }

  /// Ends all connections and waits, at most half a second, until no medium runs.
  void shut_down();

private:
  tl::expected<void, std::string> find_sources(camera_options& of);

  clip_store& clips_;
  pacer pacer_;
  live_sources live_;
  std::vector<std::unique_ptr<camera>> cameras_;
  guint cleaner_ = 0;
};

} // namespace camwall::camera_sim
