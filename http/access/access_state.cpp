#include "http/access/access_state.hpp"

#include "core/unique_fd.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>

namespace camwall::http {

namespace {

using json = nlohmann::json;
using std::chrono::seconds;

constexpr std::size_t file_bytes_max = 4UL * 1024 * 1024;

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

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR)
      return false;
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  }
  return true;
}

} // namespace

access_state load_access_state(const std::filesystem::path& file, std::string& warning) {
  std::ifstream in{file, std::ios::binary};
  if (!in)
    return {}; // The first start.
  std::string text(file_bytes_max, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  try {
    return read_state(json::parse(text));
  } catch (const json::exception&) {
    auto aside = file;
    aside += ".broken";
    std::error_code ignored;
    std::filesystem::rename(file, aside, ignored);
    warning = file.string() + ": damaged; set aside as " + aside.filename().string() +
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

bool save_access_state(const std::filesystem::path& file, const std::string& text) {
  auto temporary = file;
  temporary += ".tmp";
  unique_fd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                      S_IRUSR | S_IWUSR)};
  if (!fd || ::fchmod(fd.get(), S_IRUSR | S_IWUSR) != 0 || !write_all(fd.get(), text) ||
      ::fsync(fd.get()) != 0)
    return false;
  fd.reset();
  if (std::rename(temporary.c_str(), file.c_str()) != 0)
    return false;
  unique_fd folder{::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return folder && ::fsync(folder.get()) == 0;
}

} // namespace camwall::http
