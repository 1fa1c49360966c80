#include "http/api/json_body.hpp"

#include "http/problem.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace camwall::http {

namespace {

// Looked at before anything is built of it. Brackets within strings are none.
bool is_too_deep(std::string_view text) noexcept {
  std::size_t depth = 0;
  auto in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    if (in_string) {
      i += c == '\\' ? 1U : 0U;
      in_string = c != '"';
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > json_depth_max)
        return true;
    } else if ((c == ']' || c == '}') && depth > 0) {
      --depth;
    }
  }
  return false;
}

bool is_utf8_charset(std::string_view parameters) {
  auto mark = parameters.find('=');
  auto name = trim(parameters.substr(0, mark));
  if (!equal_ignoring_case(name, "charset"))
    return true; // Others mean nothing to JSON.
  auto value = mark == std::string_view::npos ? "" : trim(parameters.substr(mark + 1));
  return equal_ignoring_case(value, "utf-8") || equal_ignoring_case(value, "\"utf-8\"");
}

bool is_accepted(std::string_view content_type, std::span<const std::string_view> media_types) {
  auto end = content_type.find(';');
  auto type = trim(content_type.substr(0, end));
  auto named = std::any_of(media_types.begin(), media_types.end(),
                           [&](auto x) { return equal_ignoring_case(x, type); });
  return named &&
         (end == std::string_view::npos || is_utf8_charset(trim(content_type.substr(end + 1))));
}

} // namespace

std::optional<response> refuse_body(const request& x,
                                    std::span<const std::string_view> media_types) {
  if (!is_accepted(x.header("Content-Type"), media_types)) {
    std::string wanted;
    for (auto type : media_types)
      wanted.append(wanted.empty() ? "" : ", ").append(type);
    auto out = problem(415, "unsupported_media_type",
                       "The body has to be JSON in UTF-8, with Content-Type: " + wanted + ".");
    out.add(x.method == method::patch ? "Accept-Patch" : "Accept", wanted);
    return out;
  }
  if (is_too_deep(x.body))
    return problem(400, "json_too_deep",
                   "The body is nested deeper than " + std::to_string(json_depth_max) + " levels.");
  // Its messages quote the body, which may hold a password.
  auto parsed = nlohmann::json::parse(x.body, nullptr, false);
  if (parsed.is_discarded())
    return problem(400, "bad_json", "The body is not JSON (RFC 8259).");
  if (!parsed.is_object())
    return problem(400, "bad_json", "The body has to be a JSON object.");
  return std::nullopt;
}

std::optional<response> refuse_body(const request& x) {
  static constexpr std::array<std::string_view, 1> json{"application/json"};
  return refuse_body(x, json);
}

} // namespace camwall::http
