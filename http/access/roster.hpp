#pragma once

#include "http/access/settings.hpp"
#include "http/principal.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace camwall::http {

/// The users of one configuration, found by name and by token. Never changed after it was made,
/// except that logins end.
class roster {
public:
  struct user {
    access_user who;
    std::string stamp; ///< Changes with password and role: sessions of another stamp are void.
    std::shared_ptr<const camera_scope> scope;
    std::shared_ptr<login_state> login; ///< Of requests that bring the password along.
  };

  struct token {
    const user* owner = nullptr;
    const access_token* what = nullptr;
    std::shared_ptr<login_state> login;
  };

  /// Users and tokens that `before` has alike go on with their logins there.
  explicit roster(access_settings settings, const roster* before = nullptr);
  roster(const roster&) = delete;
  roster& operator=(const roster&) = delete;

  const access_settings& settings() const noexcept {
    return settings_;
  }

  /// Null when there is none.
  const user* find(std::string_view name) const;

  /// By `fingerprint` of the token.
  const token* find_token(std::string_view hash) const;

  /// All, by hash.
  const std::map<std::string, token, std::less<>>& tokens() const noexcept {
    return tokens_;
  }

  /// What a password is compared with when the user does not exist: takes as long as with one who
  /// does. Empty when nobody has a password.
  std::string_view any_password_hash() const noexcept;

  /// Ends the logins by token and by password in a header that do not go on in `next`.
  void end_logins(const roster& next) const;

  /// True when every user is in `next` with the same password and role.
  bool all_go_on(const roster& next) const;

private:
  access_settings settings_;
  std::map<std::string, user, std::less<>> users_;
  std::map<std::string, token, std::less<>> tokens_;
};

/// As somebody who was let in by his name.
principal principal_of(const roster::user& x, std::shared_ptr<const login_state> login);

} // namespace camwall::http
