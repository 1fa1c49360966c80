#include "http/notices/webhook_message.hpp"

#include "core/rfc3339.hpp"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

namespace camwall::http {

namespace {

using json = nlohmann::ordered_json;

json or_null(const std::string& x) {
  return x.empty() ? json(nullptr) : json(x);
}

json shape(const notice& x) {
  return {{"event", to_string(x.event)},
          {"status", x.until ? "resolved" : "firing"},
          {"camera", or_null(x.camera)},
          {"label", or_null(x.label)},
          {"group", or_null(x.group)},
          {"what", x.what},
          {"detail", or_null(x.detail)},
          {"since", rfc3339(x.since)},
          {"until", x.until ? json(rfc3339(*x.until)) : json(nullptr)}};
}

std::string phrase(const notice& x) {
  const auto& name = x.label.empty() ? x.camera : x.label;
  switch (x.event) {
    case notice_event::down:
      return name + (x.until ? " is no longer down" : " is down: " + x.what);
    case notice_event::picture:
      return name + ": the picture is " + (x.until ? "no longer " : "") + x.what;
    case notice_event::reload:
      return x.until ? "the configuration is in force again"
                     : "the configuration cannot be taken: " + x.detail;
  }
  return {};
}

std::string sentence(std::span<const notice> what) {
  std::string out;
  for (const auto& x : what.first(std::min(what.size(), notice_limits::phrases_max)))
    out.append(out.empty() ? "" : "; ").append(phrase(x));
  if (what.size() > notice_limits::phrases_max)
    out += "; and " + std::to_string(what.size() - notice_limits::phrases_max) + " more";
  return out;
}

} // namespace

std::string webhook_body(std::span<const notice> what, const webhook_envelope& about) {
  auto resolved = static_cast<std::size_t>(
    std::count_if(what.begin(), what.end(), [](const auto& x) { return x.until.has_value(); }));
  json notices = json::array();
  for (const auto& x : what.first(std::min(what.size(), notice_limits::notices_max)))
    notices.push_back(shape(x));
  json out{{"version", 1},
           {"webhook", about.webhook},
           {"delivery", about.delivery},
           {"build", about.build},
           {"at", rfc3339(about.at)},
           {"text", sentence(what)},
           {"firing", what.size() - resolved},
           {"resolved", resolved},
           {"notices", std::move(notices)}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string webhook_signature(std::string_view secret, std::string_view timestamp,
                              std::string_view body) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text{timestamp};
  text.append(1, '.').append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  ::HMAC(::EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data(), &size);
  std::string out;
  for (auto byte : std::span{hash}.first(size))
    out.append({digits[byte / 16], digits[byte % 16]});
  return out;
}

} // namespace camwall::http
