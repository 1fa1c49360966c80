#include "http/api/api_answer.hpp"

#include "http/problem.hpp"

namespace camwall::http {

namespace {

constexpr std::string_view retry_after_s = "2";

// A camera that gives no picture is a fact about the request, not a failure of this server: alarms
// watch the rate of 5xx.
int status_of(change_refusal::kind x) noexcept {
  switch (x) {
    case change_refusal::kind::invalid:
    case change_refusal::kind::unreachable:
      return 422;
    case change_refusal::kind::not_found:
      return 404;
    case change_refusal::kind::exists:
      return 409;
    case change_refusal::kind::read_only:
      return 403;
    case change_refusal::kind::stale:
      return 412;
    case change_refusal::kind::limit:
      return 507;
    case change_refusal::kind::unavailable:
      return 503;
  }
  return 500;
}

} // namespace

response json_response(std::string body, int status) {
  auto out = text_response(status, "application/json", std::move(body));
  out.add("Cache-Control", "no-store");
  return out;
}

response refusal_response(const change_refusal& why) {
  auto status = status_of(why.what);
  std::vector<problem_fault> faults;
  faults.reserve(why.faults.size());
  for (const auto& x : why.faults)
    faults.push_back({x.where, x.what});
  auto out = problem(status, why.code, why.detail, faults);
  if (status == 503)
    out.add("Retry-After", retry_after_s);
  return out;
}

response camera_not_found() {
  return problem(404, "camera_not_found", "There is no camera with this id.");
}

response not_available(std::string_view what) {
  return problem(501, "not_available",
                 "This server was started without " + std::string{what} + ".");
}

} // namespace camwall::http
