#pragma once

#include "config/camera_finder.hpp"
#include "config/schema.hpp"
#include "http/compat/compat_server.hpp"
#include "http/wall_services.hpp"

#include <memory>
#include <string>
#include <vector>

namespace camwall::cli {

/// The listeners for clients of earlier viewers, as `compat` in the configuration names them.
class compat_listeners {
public:
  explicit compat_listeners(std::shared_ptr<const config::wall> config);

  /// Starts them all; `services` and `listen` are those of the main listener, `observer` must
  /// outlive this. Empty, or one sentence for people: why one cannot start.
  std::string start(const http::wall_services& services, const http::listen_options& listen,
                    http::http_observer& observer);

  /// Idempotent.
  void stop();

private:
  http::compat_services compat_services() const;
  std::string load_ids();
  std::string shown_url(std::string_view camera) const;

  std::shared_ptr<const config::wall> config_;
  config::camera_finder finder_;
  http::compat_ids ids_;
  std::vector<std::unique_ptr<http::compat_server>>
    servers_; // End first: they use all of the above.
};

} // namespace camwall::cli
