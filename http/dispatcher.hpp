#pragma once

#include "http/hls_routes.hpp"
#include "http/host_check.hpp"
#include "http/live/live_routes.hpp"
#include "http/page_files.hpp"
#include "http/router.hpp"
#include "http/wall_services.hpp"

namespace camwall::http {

/// From request to answer: Host allow-list, origin, route, authorization, method, handler, in this
/// order, for every request. Safe to call from several threads. Never throws: what a handler throws
/// becomes a 500.
class dispatcher {
public:
  dispatcher(const listen_options& options, wall_services services,
             hls_routes::clock now = std::chrono::steady_clock::now);

  response answer(const request& x);

private:
  std::vector<route> table();
  response decide(const request& x);
  response invoke(const request& x, const router::match& found);

  response front(const request& x, const path_parameters& parameters);
  response static_file(const request& x, const path_parameters& parameters);
  response cameras(const request& x, const path_parameters& parameters);
  response camera(const request& x, const path_parameters& parameters);
  response events(const request& x, const path_parameters& parameters);
  response order(camera_order what, const path_parameters& parameters);
  response ready(const request& x, const path_parameters& parameters);
  response version(const request& x, const path_parameters& parameters);
  response metrics(const request& x, const path_parameters& parameters);
  response wall_socket(const request& x, const path_parameters& parameters);
  response stream_socket(const request& x, const path_parameters& parameters);

  wall_services services_;
  bool open_access_;
  host_check hosts_;
  page_files page_;
  hls_routes hls_;
  live_routes live_;
  router router_;
};

} // namespace camwall::http
