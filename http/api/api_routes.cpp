#include "http/api/api_routes.hpp"

#include <iterator>

namespace camwall::http {

std::vector<route> api_routes(const api_context& context) {
  std::vector<route> out;
  for (auto subject :
       {camera_state_routes, camera_change_routes, event_routes, view_routes, system_routes}) {
    auto rows = subject(context);
    out.insert(out.end(), std::make_move_iterator(rows.begin()),
               std::make_move_iterator(rows.end()));
  }
  return out;
}

} // namespace camwall::http
