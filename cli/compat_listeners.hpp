#pragma once

#include "cli/adhoc_cameras.hpp"
#include "config/camera_finder.hpp"
#include "config/schema.hpp"
#include "http/compat/compat_server.hpp"
#include "http/wall_services.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace camwall::cli {

/// The listeners for clients of earlier viewers, as `compat` in the configuration names them.
class compat_listeners {
public:
  explicit compat_listeners(std::shared_ptr<const config::wall> config);

  /// Clients may name addresses of their own: `adhoc` decides, and `with_adhoc` shows them. Before
  /// `start`; both must outlive this.
  void open_to(adhoc_cameras& adhoc, const snapshot_cell& with_adhoc);

  /// Starts them all; `services` and `listen` are those of the main listener, `observer` must
  /// outlive this. Empty, or one sentence for people: why one cannot start.
  std::string start(const http::wall_services& services, const http::listen_options& listen,
                    http::http_observer& observer);

  /// The cameras are these from now on; the listeners themselves stay. Blocks on a file. For one
  /// thread at a time.
  void take(std::shared_ptr<const config::wall> newer);

  /// Idempotent.
  void stop();

private:
  http::compat_services compat_services() const;
  std::string load_ids();
  std::string shown_url(std::string_view camera) const;

  /// What HTTP threads look things up in.
  struct known_cameras {
    explicit known_cameras(std::shared_ptr<const config::wall> x);

    std::shared_ptr<const config::wall> config;
    config::camera_finder finder;
  };

  std::shared_ptr<const known_cameras> known() const;
  static std::vector<std::string> ids_of(const config::wall& x);

  const std::shared_ptr<const config::wall> first_;
  mutable std::mutex mutex_;
  std::shared_ptr<const known_cameras> known_; // Guarded by mutex_.
  http::compat_ids ids_;
  adhoc_cameras* adhoc_ = nullptr;
  const snapshot_cell* with_adhoc_ = nullptr;
  std::vector<std::unique_ptr<http::compat_server>>
    servers_; // End first: they use all of the above.
};

} // namespace camwall::cli
