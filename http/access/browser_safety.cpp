#include "http/access/browser_safety.hpp"

#include <string>

namespace camwall::http {

// hls.js needs blob: for its worker and for Media Source.
void add_page_fields(response& out, const access_settings& settings) {
  std::string policy =
    "default-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "media-src 'self' blob:; worker-src 'self' blob:; img-src 'self' data: blob:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";
  for (const auto& origin : settings.frame_ancestors)
    policy.append(" ").append(origin);
  out.add("Content-Security-Policy", policy);
  out.add("Referrer-Policy", "no-referrer");
}

void add_safety_fields(response& out, const request& x) {
  out.add("X-Content-Type-Options", "nosniff");
  out.add("Cross-Origin-Resource-Policy", "same-origin");
  if (!x.listed_origin)
    return;
  out.add("Access-Control-Allow-Origin", x.header("Origin"));
  out.add("Access-Control-Expose-Headers", "ETag, Retry-After, Date");
  out.vary_by("Origin");
}

bool is_preflight(const request& x) noexcept {
  return x.method == method::options && x.has_header("Origin") &&
         x.has_header("Access-Control-Request-Method");
}

response preflight_answer(const request& x) {
  response out;
  out.status = 204;
  if (!x.listed_origin)
    return out;
  out.add("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
  out.add("Access-Control-Allow-Headers",
          "Authorization, Content-Type, If-Match, If-None-Match, Range, Last-Event-ID");
  out.add("Access-Control-Max-Age", "600");
  return out;
}

} // namespace camwall::http
