#pragma once

#include "http/wall_services.hpp"

#include <tl/expected.hpp>

#include <memory>

namespace camwall::http {

/// The main listener: the wall page, HLS, REST API and metrics on one port.
class server {
public:
  /// Binds and starts to answer. The error is one sentence: address, what the system said, what to
  /// do about it.
  static tl::expected<std::unique_ptr<server>, std::string> start(listen_options options,
                                                                  wall_services services,
                                                                  http_observer& observer);

  virtual ~server() = default;

  /// The port that is bound; differs from the option when that was 0.
  virtual std::uint16_t port() const noexcept = 0;

  /// Stops accepting, ends open connections and joins the threads. Idempotent.
  virtual void stop() = 0;
};

} // namespace camwall::http
