#pragma once

#include "core/camera_prober.hpp"
#include "media/server/live_hub.hpp"
#include "media/worker_launcher.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace camwall::media {

struct prober_options {
  std::size_t probes_max = 2;          ///< At a time.
  std::size_t probes_per_peer_max = 1; ///< The same at one host and port.
  std::uint32_t memory_mb = 512;       ///< Of a worker.
  bool sandbox_required = true;

  /// Told the name of each limit that was reached. On the media I/O thread; may be empty.
  std::function<void(std::string_view)> on_limit;
};

/// Makes a worker that probes: `zygote_launcher::launch_probe`, or a test's.
using probe_launch =
  std::function<worker_handle_ptr(probe_order, std::function<void(worker_event)>)>;

/// Probes each with a worker, which is killed at the deadline. All it does it does on the media I/O
/// thread, and `done` is called there.
class worker_prober final : public camera_prober {
public:
  /// A worker that is asked to stop may take so long for its farewell to the camera.
  static constexpr std::chrono::milliseconds farewell_deadline{700};

  /// What `where` and `launch` refer to outlives the last probe; this itself need not.
  worker_prober(live_hub::thread where, probe_launch launch, prober_options options);

  probe_id probe(probe_request what, std::function<void(probe_report)> done) override;
  void cancel(probe_id which) override;

private:
  class desk;

  std::shared_ptr<desk> desk_; ///< Shared with what was posted.
};

} // namespace camwall::media
