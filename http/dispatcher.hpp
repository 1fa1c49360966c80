#pragma once

#include "http/access/access_control.hpp"
#include "http/access/session_routes.hpp"
#include "http/api/api_context.hpp"
#include "http/hls_routes.hpp"
#include "http/host_check.hpp"
#include "http/live/live_routes.hpp"
#include "http/page_files.hpp"
#include "http/router.hpp"
#include "http/wall_services.hpp"

#include <memory>
#include <mutex>

namespace camwall::http {

/// What stands before the second slash after `/link/` is the link, the rest is the path that it is
/// for, and all that is left in `x`. Relative addresses, such as those in a playlist, keep the
/// link.
std::string take_link(request& x);

/// The id of the camera that a path names; empty when it names none.
std::string_view camera_of(const path_parameters& parameters) noexcept;

/// From request to answer: who asks from where, rate, Host allow-list, origin, route,
/// authorization, method, handler, in this order, for every request. Safe to call from several
/// threads. Never throws: what a handler throws becomes a 500.
class dispatcher {
public:
  dispatcher(const listen_options& options, wall_services services,
             hls_routes::clock now = std::chrono::steady_clock::now);
  ~dispatcher();
  dispatcher(const dispatcher&) = delete;
  dispatcher& operator=(const dispatcher&) = delete;

  response answer(const request& x);

  /// The route table: every path that is answered, and what may be done there.
  const std::vector<route>& routes() const noexcept {
    return router_.rows();
  }

private:
  /// Keeps a password's answer, which comes from another thread, from a dispatcher that is gone.
  struct gate {
    std::mutex mutex;
    bool open = true;
  };

  std::vector<route> table();
  response guarded(const request& x, response (dispatcher::*step)(const request&));
  response decide(const request& x);
  response decide_known(const request& x);
  response check_password(const request& x, access_control::identity brought);
  response invoke(const request& x, const router::match& found);
  response deny(const request& x, action wanted, const router::match& found) const;

  response front(const request& x, const path_parameters& parameters);
  response static_file(const request& x, const path_parameters& parameters);
  response ready(const request& x, const path_parameters& parameters);
  response speak_for_proxy(const request& x, const path_parameters& parameters);
  response version(const request& x, const path_parameters& parameters);
  response metrics(const request& x, const path_parameters& parameters);
  response wall_socket(const request& x, const path_parameters& parameters);
  response stream_socket(const request& x, const path_parameters& parameters);

  wall_services services_;
  std::unique_ptr<access_control> own_access_; // Where nobody brings one.
  access_control& access_;
  host_check hosts_;
  file_responder static_files_;
  api_context api_;
  page_files page_;
  hls_routes hls_;
  live_routes live_;
  session_routes sessions_;
  router router_;
  std::shared_ptr<gate> gate_ = std::make_shared<gate>();
};

} // namespace camwall::http
