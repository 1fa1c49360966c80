#pragma once

#include "http/compat/compat_context.hpp"
#include "http/router.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace camwall::http {

class profile;

/// From request to answer on a compatibility listener: Host allow-list, address, origin, route,
/// authorization, method, handler, in this order. Safe to call from several threads; never throws.
class compat_dispatcher {
public:
  /// `context` must outlive it.
  explicit compat_dispatcher(const compat_context& context);
  ~compat_dispatcher();

  compat_dispatcher(const compat_dispatcher&) = delete;
  compat_dispatcher& operator=(const compat_dispatcher&) = delete;

  response answer(const request& x);

private:
  response decide(const request& x);
  response invoke(const request& x, const router::match& found);
  void allow_page(const request& x, response& to) const;
  std::string_view label_of(std::string_view pattern) const;

  const compat_context& context_;
  std::unique_ptr<profile> profile_;
  std::map<std::string_view, std::string> labels_; // By pattern: `jsmpeg:/ws/stream`.
  std::string unmatched_;
  router router_;
};

/// One compatibility listener: the paths of one earlier viewer on an address of its own.
class compat_server {
public:
  /// Binds and starts to answer. The error is one sentence: address, what the system said, what to
  /// do about it.
  static tl::expected<std::unique_ptr<compat_server>, std::string> start(compat_options options,
                                                                         wall_services services,
                                                                         compat_services compat,
                                                                         http_observer& observer);

  virtual ~compat_server() = default;

  /// The port that is bound; differs from the option when that was 0.
  virtual std::uint16_t port() const noexcept = 0;

  /// Stops accepting, ends open connections and sockets and joins the threads. Idempotent.
  virtual void stop() = 0;
};

} // namespace camwall::http
