#include "http/access/roster.hpp"

#include "http/access/secrets.hpp"

#include <algorithm>
#include <utility>

namespace camwall::http {

roster::roster(access_settings settings) : settings_(std::move(settings)) {
  for (const auto& x : settings_.users) {
    auto stamp = fingerprint(x.password_hash + '\n' + std::string{to_string(x.role)});
    user entry{.who = x,
               .stamp = std::move(stamp),
               .scope = x.scope ? std::make_shared<const camera_scope>(*x.scope) : nullptr,
               .login = std::make_shared<login_state>()};
    users_.emplace(x.name, std::move(entry));
  }
  for (const auto& [name, owner] : users_)
    for (const auto& x : owner.who.tokens)
      tokens_.emplace(x.hash, token{&owner, &x, std::make_shared<login_state>()});
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

void roster::end_logins() const {
  for (const auto& [name, x] : users_)
    x.login->ended = true;
  for (const auto& [hash, x] : tokens_)
    x.login->ended = true;
}

principal principal_of(const roster::user& x, std::shared_ptr<const login_state> login) {
  return {.role = x.who.role, .name = x.who.name, .scope = x.scope, .login = std::move(login)};
}

} // namespace camwall::http
