// The half of access_control that changes something: logins, tokens, links.

#include "http/access/access_control.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace camwall::http {

namespace {

using std::chrono::seconds;
using verdict = login_outcome::verdict;

constexpr std::size_t token_id_chars = 16; ///< Of 64: enough to tell them apart.
constexpr std::size_t link_chars_max = 1024;
constexpr char link_separator = '\n'; // In no id and in no name.

std::string_view word(verdict x) noexcept {
  switch (x) {
    case verdict::accepted:
      return "accepted";
    case verdict::refused:
      return "refused";
    case verdict::throttled:
      return "throttled";
    case verdict::busy:
      return "busy";
  }
  return "refused";
}

std::string_view take_field(std::string_view& rest) noexcept {
  auto end = std::min(rest.find(link_separator), rest.size());
  auto out = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return out;
}

} // namespace

void access_control::log_in(const request& x, const std::string& name, std::string password,
                            bool session, bool remember,
                            const std::function<void(login_outcome)>& done) {
  auto from = x.client;
  seconds wait{0};
  std::shared_ptr<const roster> users;
  {
    std::lock_guard guard{mutex_};
    users = roster_;
    wait = throttle_.begin(from, name, parts_.steady_now());
  }
  if (wait > seconds{0}) {
    observer_.on_login(word(verdict::throttled));
    return done({.result = verdict::throttled, .wait = wait});
  }
  auto job = [this, users, from, name, password = std::move(password), session, remember, done] {
    check(users, from, name, password, session, remember, done);
  };
  if (thread_.post(std::move(job)))
    return;
  {
    std::lock_guard guard{mutex_};
    throttle_.withdrawn(from, name);
  }
  observer_.on_limit("login_queue");
  observer_.on_login(word(verdict::busy));
  done({.result = verdict::busy, .wait = seconds{1}});
}

/// On the thread. Whether the name or the password is wrong shows neither in the answer nor in its
/// time.
void access_control::check(const std::shared_ptr<const roster>& users, const ip_address& from,
                           const std::string& name, const std::string& password, bool session,
                           bool remember, const std::function<void(login_outcome)>& done) {
  const auto* user = users->find(name);
  auto usable = user != nullptr && !user->who.password_hash.empty();
  auto right =
    is_password(usable ? std::string_view{user->who.password_hash} : users->any_password_hash(),
                password) &&
    usable;
  login_outcome out;
  if (right) {
    std::lock_guard guard{mutex_};
    throttle_.succeeded(from, name);
    // The configuration may have changed in that tenth of a second.
    const auto* now = roster_->find(name);
    if (now != nullptr && now->stamp == user->stamp)
      out = accept(*roster_, name, password, session, remember);
  }
  observer_.on_login(word(out.result));
  if (session && out.result == verdict::accepted)
    return thread_.save([out = std::move(out), done] { done(out); });
  done(std::move(out));
}

login_outcome access_control::accept(const roster& users, const std::string& name,
                                     const std::string& password, bool session, bool remember) {
  const auto* user = users.find(name);
  login_outcome out{.result = verdict::accepted};
  if (!session) {
    if (cache_.size() >= access_limits::basic_cached_max)
      cache_.clear();
    cache_[sign(cache_key_, to_base64(name + ':' + password))] = {
      name, parts_.steady_now() + access_limits::basic_cached_for};
    out.who = principal_of(*user, user->login);
    return out;
  }
  auto now = parts_.now();
  http::session fresh{
    .user = name, .stamp = user->stamp, .created = now, .used = now, .remember = remember};
  auto evicted = false;
  out.who = principal_of(*user, fresh.login);
  out.secret = state_.sessions.open(std::move(fresh), evicted);
  if (evicted)
    observer_.on_limit("sessions");
  observer_.on_sessions(state_.sessions.all().size());
  return out;
}

void access_control::log_out(std::string_view cookie, bool everywhere, std::function<void()> done) {
  auto print = fingerprint(cookie);
  {
    std::lock_guard guard{mutex_};
    const auto* found = state_.sessions.find(print, parts_.now());
    if (everywhere && found != nullptr) {
      auto user = found->user;
      state_.sessions.retain([&](http::session& one) { return one.user != user; });
    }
    state_.sessions.close(print);
    observer_.on_sessions(state_.sessions.all().size());
  }
  thread_.save(std::move(done));
}

std::vector<access_control::token_info> access_control::tokens() const {
  std::vector<token_info> out;
  std::lock_guard guard{mutex_};
  for (const auto& [hash, x] : roster_->tokens())
    out.push_back({.id = hash.substr(0, token_id_chars),
                   .user = x.owner->who.name,
                   .name = x.what->name,
                   .expires = x.what->expires,
                   .revoked = state_.revoked.contains(hash)});
  return out;
}

bool access_control::revoke_token(std::string_view id, std::function<void()> done) {
  {
    std::lock_guard guard{mutex_};
    const auto& all = roster_->tokens();
    auto found = all.lower_bound(id);
    if (id.size() != token_id_chars || found == all.end() || !found->first.starts_with(id))
      return false;
    state_.revoked.insert(found->first);
    found->second.login->ended = true;
  }
  thread_.save(std::move(done));
  return true;
}

std::string access_control::make_link(const principal& by, std::string_view camera, link_kind kind,
                                      seconds lasts) const {
  auto until =
    std::chrono::duration_cast<seconds>((parts_.now() + lasts).time_since_epoch()).count();
  std::string text{kind == link_kind::still ? "still" : "watch"};
  text.append(1, link_separator).append(std::to_string(until));
  text.append(1, link_separator).append(by.name);
  text.append(1, link_separator).append(camera);
  std::lock_guard guard{mutex_};
  return to_base64url(text) + '.' + sign(state_.link_key, text);
}

void access_control::rotate_links(std::function<void()> done) {
  {
    std::lock_guard guard{mutex_};
    state_.link_key = random_key();
    std::exchange(links_, std::make_shared<login_state>())->ended = true;
  }
  thread_.save(std::move(done));
}

std::optional<principal> access_control::open_link(std::string_view link) const {
  auto dot = link.find('.');
  if (dot == std::string_view::npos || link.size() > link_chars_max)
    return std::nullopt;
  auto text = from_base64url(link.substr(0, dot));
  if (!text)
    return std::nullopt;
  std::lock_guard guard{mutex_};
  if (!is_same(sign(state_.link_key, *text), link.substr(dot + 1)))
    return std::nullopt;
  std::string_view rest{*text};
  auto kind = take_field(rest) == "still" ? link_kind::still : link_kind::watch;
  auto digits = take_field(rest);
  std::int64_t until_s = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), until_s);
  auto until = std::chrono::system_clock::time_point{seconds{until_s}};
  auto by = take_field(rest);
  // A link is worth nothing when who made it is gone, or could not make it now.
  const auto* maker = roster_->find(by);
  auto stands = by.empty() ? roster_->settings().users.empty()
                           : maker != nullptr && maker->who.role >= role::operator_;
  if (parts_.now() >= until || !stands)
    return std::nullopt;
  camera_scope scope;
  scope.cameras.emplace(rest);
  return principal{.role = role::viewer,
                   .scope = std::make_shared<const camera_scope>(std::move(scope)),
                   .login = links_,
                   .until = until,
                   .link = kind};
}

} // namespace camwall::http
