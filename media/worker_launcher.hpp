#pragma once

#include "media/worker_protocol.hpp"

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace camwall::media {

/// How a worker process ended: the last event of its life, and always the last.
struct worker_exited {
  bool signalled = false;
  int code = 0; ///< Exit status, or the signal's number.
  std::string
    detail; ///< One sentence for people, with the last line of its stderr when there was one.
  std::vector<std::string> last_words; ///< The last lines of its stderr, secrets removed.
};

/// The worker process exists.
struct worker_started {
  int pid = 0;
};

/// The worker's resident set, sampled every few seconds.
struct worker_sampled {
  std::uint64_t memory_bytes = 0;
};

/// What one worker tells. `worker_started` comes first unless the worker could not be made (then
/// only `failed` with `resources`, and `worker_exited`).
using worker_event = std::variant<worker_started, confined, opened, progress, segment_published,
                                  picture_judged, probed, failed, worker_sampled, worker_exited>;

/// A running worker. Destroying the handle kills the process; its `worker_exited` is then not
/// delivered any more.
class worker_handle {
public:
  virtual ~worker_handle() = default;

  /// Asks for an orderly end (RTSP TEARDOWN). The caller decides how long to wait before `kill`.
  virtual void stop() = 0;

  /// SIGKILL.
  virtual void kill() = 0;
};

using worker_handle_ptr = std::unique_ptr<worker_handle>;

/// The one seam between supervision and the operating system: makes worker processes.
///
/// Thread contract: `launch` and the handle's methods may be called from any thread and never
/// block. `sink` is called from the launcher's own thread (or, in tests, from the test), one event
/// at a time and in order; it must not block.
class worker_launcher {
public:
  virtual ~worker_launcher() = default;

  virtual worker_handle_ptr launch(open_order order, std::function<void(worker_event)> sink) = 0;
};

} // namespace camwall::media
