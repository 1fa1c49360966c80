#pragma once

#include "http/principal.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace camwall::http {

/// One login by password, as it is remembered. The secret of its cookie is not: its fingerprint is.
struct session {
  using time_point = std::chrono::system_clock::time_point;

  std::string user;
  std::string stamp; ///< Of the user's password and role when he logged in.
  time_point created;
  time_point used;
  bool remember = false; ///< A wall that nobody sits at: lasts longer.
  std::shared_ptr<login_state> login = std::make_shared<login_state>();

  /// When it ends unless it is used; never later than its age allows.
  time_point ends() const;
};

/// The open sessions, by the fingerprint of their secret. Not thread-safe.
class session_store {
public:
  using time_point = session::time_point;

  /// Returns the secret. True in `evicted` when another session had to go for it.
  std::string open(session x, bool& evicted);

  /// Null when there is none, or it has ended by itself.
  session* find(std::string_view fingerprint, time_point now);

  void close(std::string_view fingerprint);

  /// Ends all of which `stays` is false; true when there was one.
  bool retain(const std::function<bool(session&)>& stays);

  /// For the state file.
  void put(std::string fingerprint, session x);
  const std::map<std::string, session, std::less<>>& all() const noexcept {
    return all_;
  }

private:
  bool make_room(std::string_view user);
  bool evict_oldest(const std::function<bool(const session&)>& of, std::size_t max);

  std::map<std::string, session, std::less<>> all_;
};

} // namespace camwall::http
