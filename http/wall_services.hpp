#pragma once

#include "core/adhoc_status.hpp"
#include "core/camera_catalogue.hpp"
#include "core/camera_order.hpp"
#include "core/camera_prober.hpp"
#include "core/ladder_step.hpp"
#include "core/live_media.hpp"
#include "core/name_list.hpp"
#include "core/snapshot_source.hpp"
#include "core/tile_badge.hpp"
#include "core/wall_snapshot.hpp"
#include "http/live/live_limits.hpp"
#include "http/router.hpp"
#include "http/websocket/session.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace camwall::http {

class access_control;
class view_store;

/// Gets told what becomes of live media, for the metrics. Called from WebSocket threads.
class live_observer {
public:
  virtual ~live_observer() = default;

  /// So many more (or fewer) streams are being watched in this format.
  virtual void on_viewers(media_format format, int delta) = 0;

  /// Chunks that a viewer did not get; `reason` is one of `drop_reason`'s words.
  virtual void on_chunks_dropped(std::string_view reason, std::size_t chunks) = 0;

  /// The number of open walls of this name changed; `name` is one of `live_limits::walls`, or
  /// empty.
  virtual void on_wall(std::string_view name, int delta) = 0;

  /// A limit was reached and something refused or dropped.
  virtual void on_limit(std::string_view limit) = 0;

  // What walls report of themselves; `wall` as above.

  /// So many more (or fewer) tiles show this badge.
  virtual void on_tiles(std::string_view /*wall*/, tile_badge /*badge*/, int /*delta*/) {
    // nop
  }

  /// So many more (or fewer) tiles show nothing of now although their camera is up.
  virtual void on_tiles_behind(std::string_view /*wall*/, int /*delta*/) {
    // nop
  }

  /// Pictures stood still so often although their cameras were live.
  virtual void on_stalls(std::string_view /*wall*/, std::uint64_t /*stalls*/) {
    // nop
  }

  /// A picture was so old when it was on the screen.
  virtual void on_latency(std::string_view /*wall*/, std::chrono::milliseconds /*latency*/) {
    // nop
  }

  /// So many pictures of this camera, which exists, were presented.
  virtual void on_frames_presented(std::string_view /*camera*/, std::uint64_t /*frames*/) {
    // nop
  }

  /// Pages took this step so often to make pictures move.
  virtual void on_ladder_steps(std::string_view /*wall*/, ladder_step /*step*/,
                               std::uint64_t /*steps*/) {
    // nop
  }

  /// So many more (or fewer) open walls do not report any more although they had begun to.
  virtual void on_silent_wall(std::string_view /*wall*/, int /*delta*/) {
    // nop
  }
};

/// What the HTTP side needs from the rest of the server. All functions are called from HTTP threads
/// and must not block.
struct wall_services {
  const snapshot_cell* wall = nullptr;

  /// A viewer asked for this stream: starts it when it is on demand, keeps it running when it is.
  std::function<void(std::string_view camera, std::string_view stream)> demand;

  /// An operator orders something of this camera, which exists. The answer does not wait for it.
  std::function<void(std::string_view camera, camera_order what)> order;

  /// The configured cameras; null where they cannot be asked for.
  camera_catalogue* catalogue = nullptr;

  /// Who may do what; null: as if there were no users (`listen_options::open_access`). Outlives the
  /// listeners.
  access_control* access = nullptr;

  /// Views of the page; null where there are none. Outlives the listeners.
  view_store* views = nullptr;

  /// Looks at addresses; null where nobody can.
  camera_prober* prober = nullptr;

  /// Still pictures; null where there are none.
  snapshot_source* snapshots = nullptr;

  /// Live media over WebSocket; null where there is none.
  media_hub* live = nullptr;
  http::live_limits live_limits;
  http::live_observer* live_observer = nullptr; ///< May be null.

  /// The cameras at addresses that clients name, for `/api/v1/status`. Empty where there are none.
  std::function<adhoc_status()> adhoc;

  /// The text of `/metrics` in Prometheus' exposition format 0.0.4.
  std::function<std::string()> metrics;

  /// True once the configuration is loaded and the supervision tree is up: `/readyz`.
  std::function<bool()> ready;

  /// The templates of brands as JSON text: `/api/v1/templates`. Empty where there are none.
  std::function<std::string()> templates;

  /// Limits with the names of their keys, for `/api/v1/status`: `limits.cameras_max`, 256.
  std::vector<std::pair<std::string, std::uint64_t>> limits;

  /// Paths besides those of the main listener.
  std::vector<route> more_routes;

  std::filesystem::path static_dir;
  std::filesystem::path hls_dir;
  double segment_s =
    1.0; ///< Aimed-at length of an HLS segment in seconds: tells when a playlist is too old.
  std::string version; ///< E.g. `0.1.0`.
  std::string build;   ///< Changes with every build: an open page reloads itself.
};

/// Gets told what the transport does, for the metrics. Called from HTTP and WebSocket threads.
class http_observer {
public:
  virtual ~http_observer() = default;

  /// `route` is the pattern of the route (`/api/v1/cameras/:id`), never what the client wrote.
  virtual void on_request(std::string_view route, std::string_view method, int code,
                          std::chrono::nanoseconds took) = 0;

  /// A limit was reached and something refused or closed: `connections`, `header_bytes`, `stall`, …
  virtual void on_limit(std::string_view limit) = 0;

  /// The number of open connections changed by `delta`.
  virtual void on_connections(int delta) = 0;

  /// The number of open WebSockets changed by `delta`. They count as connections, too.
  virtual void on_websocket(int /*delta*/) {
    // nop
  }

  /// The server ended a WebSocket for what its client did or left undone: `queue`, `stall`, `pong`,
  /// `message_bytes`, `message_rate`, `message_deadline`, `protocol`; or its session failed:
  /// `exception`.
  virtual void on_websocket_evicted(std::string_view /*reason*/) {
    // nop
  }
};

struct listen_options {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080; ///< 0 lets the system choose (tests).
  name_list hosts; ///< Names besides loopback and the listen address that `Host` may hold.
  bool open_access =
    false; ///< `server.access: open`: every principal is a viewer, loopback is administrator.
  std::size_t reactors = 2;
  std::size_t connections_max = 4096;
  std::size_t connections_per_address_max = 512;
  std::size_t header_bytes_max = 16'384;
  std::size_t body_bytes_max = 65'536;
  std::chrono::milliseconds header_deadline{15'000};
  std::chrono::milliseconds idle_deadline{60'000};
  std::chrono::milliseconds stall_deadline{10'000};
  std::chrono::milliseconds answer_deadline{30'000}; ///< Of an answer that comes later.
  std::size_t websocket_loops = 0; ///< Threads; 0 is one for two cores, and at least one.
  websocket_limits websockets;
};

} // namespace camwall::http
