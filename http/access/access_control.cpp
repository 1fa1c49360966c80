#include "http/access/access_control.hpp"

#include "http/access/client_address.hpp"
#include "http/access/cookies.hpp"
#include "http/access/settings.hpp"
#include "http/state_file.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace camwall::http {

namespace {

/// How often it is written down that sessions are in use.
constexpr std::chrono::minutes touch_interval{5};

/// What follows `scheme` in a value of `Authorization` (RFC 9110 §11.4).
std::optional<std::string_view> credentials(std::string_view field, std::string_view scheme) {
  if (field.size() <= scheme.size() || field[scheme.size()] != ' ' ||
      !equal_ignoring_case(field.substr(0, scheme.size()), scheme))
    return std::nullopt;
  return trim(field.substr(scheme.size()));
}

} // namespace

access_control::access_control(access_settings settings, parts x)
  : parts_(std::move(x)),
    observer_(parts_.observer != nullptr ? *parts_.observer : silent_),
    roster_(std::make_shared<const roster>(std::move(settings))),
    thread_([this] { save_state(); }, [this] { sweep(); }) {
  if (!parts_.state_file.empty()) {
    std::string warning;
    state_ = load_access_state(parts_.state_file, warning);
    if (!warning.empty())
      observer_.on_warning(warning);
    if (!std::filesystem::exists(parts_.state_file))
      thread_.save(); // Links have to survive the first restart, too.
  }
  configure(roster_->settings());
  thread_.start();
}

access_control::~access_control() = default;

void access_control::configure(access_settings settings) {
  auto before = current();
  auto next = std::make_shared<const roster>(std::move(settings), before.get());
  auto changed = false;
  {
    std::lock_guard guard{mutex_};
    roster_ = next;
    cache_.clear();
    changed = state_.sessions.retain([&](session& x) {
      const auto* user = next->find(x.user);
      if (user == nullptr || user->stamp != x.stamp)
        return false;
      // What this session has open begins anew with the cameras that it may see now.
      const auto* old = before->find(x.user);
      if (old == nullptr || old->who.scope != user->who.scope)
        std::exchange(x.login, std::make_shared<login_state>())->ended = true;
      return true;
    });
    changed = std::erase_if(
                state_.revoked,
                [&](const std::string& hash) { return next->find_token(hash) == nullptr; }) > 0 ||
              changed;
    if (!before->all_go_on(*next)) // Links end with who made them.
      std::exchange(links_, std::make_shared<login_state>())->ended = true;
    observer_.on_sessions(state_.sessions.all().size());
  }
  before->end_logins(*next);
  if (changed)
    thread_.save();
}

std::shared_ptr<const roster> access_control::current() const {
  std::lock_guard guard{mutex_};
  return roster_;
}

void access_control::prepare(request& x) const {
  auto users = current();
  const auto& settings = users->settings();
  find_client(x, settings.trusted_proxies);
  auto origin = x.header("Origin");
  x.listed_origin = !origin.empty() &&
                    std::any_of(settings.cors_origins.begin(), settings.cors_origins.end(),
                                [&](const auto& one) { return equal_ignoring_case(one, origin); });
}

bool access_control::takes(const request& x) {
  auto rate = current()->settings().requests_per_second_max;
  if (rate <= 0 || x.is_local() ||
      rates_.take(x.client, rate, rate * access_limits::request_burst_s, parts_.steady_now()))
    return true;
  observer_.on_limit("requests");
  return false;
}

bool access_control::is_readable_by_others(const request& x) const {
  return !x.secure && !x.is_local() && !current()->settings().plain_http;
}

bool access_control::permits(const request& x, const principal& who, action what) const {
  if (http::permits(who, what))
    return true;
  if (what != action::view_health && what != action::view_metrics)
    return false;
  if (what == action::view_health && x.is_local())
    return true; // Service managers ask so.
  auto users = current();
  auto whom = what == action::view_health ? users->settings().health : users->settings().metrics;
  return whom == audience::everybody || (whom == audience::loopback && x.is_local());
}

principal access_control::anybody(const request& x, const roster& users) const {
  const auto& settings = users.settings();
  if (settings.mode != access_mode::users && settings.users.empty() && x.is_local())
    return {.role = role::administrator};
  return {.role = settings.mode == access_mode::open ? role::viewer : role::none};
}

access_control::identity access_control::identify(const request& x, std::string_view link) {
  auto users = current();
  if (!link.empty())
    return {.who = open_link(link).value_or(principal{})};
  auto field = x.header("Authorization");
  if (credentials(field, "Bearer") || (users->settings().basic && credentials(field, "Basic")))
    return by_header(x, *users, field);
  if (auto who = by_session(x, *users))
    return {.who = std::move(*who)};
  if (auto secret = cookie_of(x, link_cookie); !secret.empty())
    if (auto who = open_link(secret))
      return {.who = std::move(*who)};
  return {.who = anybody(x, *users)};
}

access_control::identity access_control::by_header(const request& x, const roster& users,
                                                   std::string_view field) {
  if (is_readable_by_others(x))
    return {.what = identity::state::plain_http};
  if (auto token = credentials(field, "Bearer"))
    return {.who = by_token(*token, users).value_or(principal{})};
  auto encoded = *credentials(field, "Basic");
  if (auto who = by_cached_password(encoded, users))
    return {.who = std::move(*who)};
  auto text = from_base64(encoded).value_or("");
  auto colon = text.find(':');
  if (colon == std::string::npos)
    return {};
  return {.what = identity::state::password,
          .name = text.substr(0, colon),
          .password = text.substr(colon + 1)};
}

std::optional<principal> access_control::by_session(const request& x, const roster& users) {
  auto secret = cookie_of(x, session_cookie);
  if (secret.empty())
    return std::nullopt;
  auto print = fingerprint(secret);
  auto now = parts_.now();
  auto save = false;
  std::optional<principal> out;
  {
    std::lock_guard guard{mutex_};
    auto* found = state_.sessions.find(print, now);
    const auto* user = found != nullptr ? users.find(found->user) : nullptr;
    if (user == nullptr || user->stamp != found->stamp)
      return std::nullopt;
    found->used = now;
    save = now - touched_ >= touch_interval || now < touched_;
    if (save)
      touched_ = now;
    out = principal_of(*user, found->login);
  }
  if (save)
    thread_.save();
  return out;
}

std::optional<principal> access_control::by_token(std::string_view token,
                                                  const roster& users) const {
  auto hash = fingerprint(token);
  const auto* found = users.find_token(hash);
  if (found == nullptr || (found->what->expires && parts_.now() >= *found->what->expires))
    return std::nullopt;
  {
    std::lock_guard guard{mutex_};
    if (state_.revoked.contains(hash))
      return std::nullopt;
  }
  auto out = principal_of(*found->owner, found->login);
  out.until = found->what->expires;
  return out;
}

std::optional<principal> access_control::by_cached_password(std::string_view encoded,
                                                            const roster& users) {
  auto key = sign(cache_key_, encoded);
  std::lock_guard guard{mutex_};
  auto found = cache_.find(key);
  if (found == cache_.end())
    return std::nullopt;
  const auto* user = users.find(found->second.user);
  if (user == nullptr || parts_.steady_now() >= found->second.until) {
    cache_.erase(found);
    return std::nullopt;
  }
  return principal_of(*user, user->login);
}

void access_control::save_state() {
  if (parts_.state_file.empty())
    return;
  std::string text;
  {
    std::lock_guard guard{mutex_};
    text = to_text(state_);
  }
  auto failed = !replace_state_file(parts_.state_file, text);
  if (failed && !save_failed_)
    observer_.on_warning(parts_.state_file.string() + " cannot be written (" +
                         std::generic_category().message(errno) +
                         "): logins and revocations since then are lost with the next restart");
  save_failed_ = failed;
}

void access_control::sweep() {
  auto now = parts_.now();
  std::lock_guard guard{mutex_};
  auto ended = state_.sessions.retain([&](session& x) { return now < x.ends(); });
  if (!ended)
    return;
  observer_.on_sessions(state_.sessions.all().size());
  thread_.save();
}

} // namespace camwall::http
