#pragma once

#include "http/connection.hpp"
#include "http/wall_services.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace camwall::http {

/// Carries HTTP/1.1 between sockets and `answer_function`: accepts, reads, frames, writes, holds
/// all limits and deadlines of `listen_options`. What is behind it can be exchanged;
/// tests/integration/test_http_abuse.py is its contract.
class transport {
public:
  /// Binds, listens and starts the threads. The error is one sentence for the operator. `observer`
  /// must outlive it.
  static tl::expected<std::unique_ptr<transport>, std::string> start(listen_options options,
                                                                     answer_function answer,
                                                                     http_observer& observer);

  virtual ~transport() = default;

  virtual std::uint16_t port() const noexcept = 0;

  /// Stops accepting, closes every connection, joins the threads. Idempotent; not from one of its
  /// own threads.
  virtual void stop() = 0;
};

} // namespace camwall::http
