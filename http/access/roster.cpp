#include "http/access/roster.hpp"

#include "http/access/secrets.hpp"

#include <algorithm>
#include <utility>

namespace camwall::http {

roster::roster(access_settings settings, const roster* before) : settings_(std::move(settings)) {
  for (const auto& x : settings_.users) {
    auto stamp = fingerprint(x.password_hash + '\n' + std::string{to_string(x.role)});
    const auto* old = before != nullptr ? before->find(x.name) : nullptr;
    auto same = old != nullptr && old->stamp == stamp && old->who.scope == x.scope;
    user entry{.who = x,
               .stamp = std::move(stamp),
               .scope = x.scope ? std::make_shared<const camera_scope>(*x.scope) : nullptr,
               .login = same ? old->login : std::make_shared<login_state>()};
    users_.emplace(x.name, std::move(entry));
  }
  for (const auto& [name, owner] : users_)
    for (const auto& x : owner.who.tokens) {
      const auto* old = before != nullptr ? before->find_token(x.hash) : nullptr;
      auto same = old != nullptr && old->owner->login == owner.login && *old->what == x;
      tokens_.emplace(x.hash,
                      token{&owner, &x, same ? old->login : std::make_shared<login_state>()});
    }
}

const roster::user* roster::find(std::string_view name) const {
  auto found = users_.find(name);
  return found == users_.end() ? nullptr : &found->second;
}

const roster::token* roster::find_token(std::string_view hash) const {
  auto found = tokens_.find(hash);
  return found == tokens_.end() ? nullptr : &found->second;
}

std::string_view roster::any_password_hash() const noexcept {
  auto found = std::find_if(settings_.users.begin(), settings_.users.end(),
                            [](const auto& x) { return !x.password_hash.empty(); });
  return found == settings_.users.end() ? std::string_view{} : found->password_hash;
}

void roster::end_logins(const roster& next) const {
  for (const auto& [name, x] : users_)
    if (const auto* now = next.find(name); now == nullptr || now->login != x.login)
      x.login->ended = true;
  for (const auto& [hash, x] : tokens_)
    if (const auto* now = next.find_token(hash); now == nullptr || now->login != x.login)
      x.login->ended = true;
}

bool roster::all_go_on(const roster& next) const {
  return std::all_of(users_.begin(), users_.end(), [&](const auto& x) {
    const auto* now = next.find(x.first);
    return now != nullptr && now->stamp == x.second.stamp;
  });
}

principal principal_of(const roster::user& x, std::shared_ptr<const login_state> login) {
  return {.role = x.who.role, .name = x.who.name, .scope = x.scope, .login = std::move(login)};
}

} // namespace camwall::http
