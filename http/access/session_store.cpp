#include "http/access/session_store.hpp"

#include "http/access/secrets.hpp"
#include "http/access/settings.hpp"

#include <algorithm>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::size_t secret_bytes = 32;

} // namespace

session::time_point session::ends() const {
  auto idle = remember ? access_limits::remembered_idle_max : access_limits::session_idle_max;
  auto age = remember ? access_limits::remembered_age_max : access_limits::session_age_max;
  return std::min(used + idle, created + age);
}

std::string session_store::open(session x, bool& evicted) {
  evicted = make_room(x.user);
  auto secret = random_text(secret_bytes);
  all_.insert_or_assign(fingerprint(secret), std::move(x));
  return secret;
}

session* session_store::find(std::string_view fingerprint, time_point now) {
  auto found = all_.find(fingerprint);
  return found == all_.end() || now >= found->second.ends() ? nullptr : &found->second;
}

void session_store::close(std::string_view fingerprint) {
  auto found = all_.find(fingerprint);
  if (found == all_.end())
    return;
  found->second.login->ended = true;
  all_.erase(found);
}

bool session_store::retain(const std::function<bool(session&)>& stays) {
  auto before = all_.size();
  for (auto i = all_.begin(); i != all_.end();) {
    if (stays(i->second)) {
      ++i;
      continue;
    }
    i->second.login->ended = true;
    i = all_.erase(i);
  }
  return all_.size() != before;
}

void session_store::put(std::string fingerprint, session x) {
  if (all_.size() < access_limits::sessions_max)
    all_.insert_or_assign(std::move(fingerprint), std::move(x));
}

bool session_store::evict_oldest(const std::function<bool(const session&)>& of, std::size_t max) {
  std::size_t n = 0;
  auto oldest = all_.end();
  for (auto i = all_.begin(); i != all_.end(); ++i) {
    if (!of(i->second))
      continue;
    ++n;
    if (oldest == all_.end() || i->second.used < oldest->second.used)
      oldest = i;
  }
  if (n < max)
    return false;
  oldest->second.login->ended = true;
  all_.erase(oldest);
  return true;
}

// A user's own sessions give way first: nobody who may log in can end those of others.
bool session_store::make_room(std::string_view user) {
  return evict_oldest([&](const session& x) { return x.user == user; },
                      access_limits::sessions_per_user_max) ||
         evict_oldest([](const session&) { return true; }, access_limits::sessions_max);
}

} // namespace camwall::http
