#include "http/access/access_state.hpp"

#include "http/state_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace camwall::http {

namespace {

using json = nlohmann::json;
using std::chrono::seconds;

std::int64_t to_seconds(session::time_point t) {
  return std::chrono::duration_cast<seconds>(t.time_since_epoch()).count();
}

session::time_point to_time(std::int64_t s) {
  return session::time_point{seconds{s}};
}

session read_session(const json& x) {
  session out;
  out.user = x.at("user").get<std::string>();
  out.stamp = x.at("stamp").get<std::string>();
  out.created = to_time(x.at("created").get<std::int64_t>());
  out.used = to_time(x.at("used").get<std::int64_t>());
  out.remember = x.at("remember").get<bool>();
  return out;
}

/// Throws what nlohmann throws when something is not as `to_text` writes it.
access_state read_state(const json& x) {
  access_state out;
  for (const auto& entry : x.at("sessions"))
    out.sessions.put(entry.at("fingerprint").get<std::string>(), read_session(entry));
  for (const auto& hash : x.at("revoked_tokens"))
    out.revoked.insert(hash.get<std::string>());
  auto key = from_base64url(x.at("link_key").get<std::string>());
  if (key && key->size() == out.link_key.size())
    std::copy(key->begin(), key->end(), out.link_key.begin());
  return out;
}

} // namespace

access_state load_access_state(const std::filesystem::path& file, std::string& warning) {
  auto text = read_state_file(file);
  if (!text)
    return {}; // The first start.
  try {
    return read_state(json::parse(*text));
  } catch (const json::exception&) {
    warning = file.string() + ": damaged; set aside as " + set_aside(file) +
              ": everybody has to log in again, links are void, and tokens that were revoked by "
              "API are valid again until they leave the configuration";
    return {};
  }
}

std::string to_text(const access_state& x) {
  auto sessions = json::array();
  for (const auto& [print, s] : x.sessions.all())
    sessions.push_back({{"fingerprint", print},
                        {"user", s.user},
                        {"stamp", s.stamp},
                        {"created", to_seconds(s.created)},
                        {"used", to_seconds(s.used)},
                        {"remember", s.remember}});
  std::string key{x.link_key.begin(), x.link_key.end()};
  return json{{"sessions", std::move(sessions)},
              {"revoked_tokens", x.revoked},
              {"link_key", to_base64url(key)}}
           .dump(1) +
         "\n";
}

} // namespace camwall::http
