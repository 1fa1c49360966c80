#include "http/access/cookies.hpp"

#include <algorithm>

namespace camwall::http {

namespace {

constexpr std::string_view host_prefix = "__Host-";

} // namespace

std::string_view cookie_of(const request& x, std::string_view name) noexcept {
  for (const auto& field : x.headers) {
    if (!equal_ignoring_case(field.name, "Cookie"))
      continue;
    for (auto rest = field.value; !rest.empty();) {
      auto pair = trim(rest.substr(0, rest.find(';')));
      rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
      if (x.secure) {
        if (!pair.starts_with(host_prefix))
          continue;
        pair.remove_prefix(host_prefix.size());
      }
      if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
        return pair.substr(name.size() + 1);
    }
  }
  return {};
}

std::string set_cookie(const request& x, std::string_view name, std::string_view value,
                       std::optional<std::chrono::seconds> lasts, bool strict) {
  std::string out{x.secure ? host_prefix : std::string_view{}};
  out.append(name).append("=").append(value).append("; Path=/; HttpOnly; SameSite=");
  out.append(strict ? "Strict" : "Lax");
  if (x.secure)
    out.append("; Secure");
  if (lasts)
    out.append("; Max-Age=").append(std::to_string(lasts->count()));
  return out;
}

} // namespace camwall::http
