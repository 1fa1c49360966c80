#include "http/principal.hpp"

namespace camwall::http {

std::string_view to_string(role x) noexcept {
  switch (x) {
    case role::none:
      return "none";
    case role::viewer:
      return "viewer";
    case role::operator_:
      return "operator";
    case role::administrator:
      return "admin";
  }
  return "none";
}

bool camera_scope::holds(std::string_view id, std::string_view group) const {
  return cameras.contains(id) || (!group.empty() && groups.contains(group));
}

bool has_ended(const principal& who, std::chrono::system_clock::time_point now) {
  return (who.login && who.login->ended) || (who.until && now >= *who.until);
}

} // namespace camwall::http
