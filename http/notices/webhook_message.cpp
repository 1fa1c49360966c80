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
  return {{"event", to_string(x.event)}, {"status", x.resolved ? "resolved" : "firing"},
          {"camera", or_null(x.camera)}, {"label", or_null(x.label)},
          {"group", or_null(x.group)},   {"what", x.what},
          {"detail", or_null(x.detail)}, {"since", rfc3339(x.since)}};
}

} // namespace

std::string webhook_body(std::span<const notice> what, std::string_view delivery,
                         std::string_view build, wall_time now) {
  auto firing = static_cast<std::size_t>(
    std::count_if(what.begin(), what.end(), [](const auto& x) { return !x.resolved; }));
  json notices = json::array();
  for (const auto& x : what.first(std::min(what.size(), notice_limits::notices_max)))
    notices.push_back(shape(x));
  json out{{"version", 1},
           {"delivery", delivery},
           {"build", build},
           {"at", rfc3339(now)},
           {"firing", firing},
           {"resolved", what.size() - firing},
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
  for (std::size_t i = 0; i < size; ++i)
    out.append({digits[hash[i] / 16], digits[hash[i] % 16]});
  return out;
}

} // namespace camwall::http
