#pragma once

#include "actors/reconnect_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace camwall {

/// What became of logins: user, password, host and port of a camera's address.
///
/// All channels of a recorder log in to one account, and a few wrong passwords lock it. So a login
/// is worth reconnect_policy::login_tries altogether, and not as many of each stream; those of
/// different streams, where more than one waits. One with which any stream was let in is right: a
/// channel that its account may not see costs the others nothing.
class login_book {
public:
  /// Beyond that the one goes of which nothing was heard for the longest time.
  static constexpr std::size_t logins_max = 1024;

  void accepted(const std::string& login, const std::string& by, time_point now);

  /// `by` was refused. If that was the last try that the login is worth, it is worth another one at
  /// `hold_until`.
  void refused(const std::string& login, const std::string& by, time_point hold_until,
               time_point now);

  /// Some stream was let in with it, and not refused since.
  bool is_right(const std::string& login) const;

  /// Until when everybody has to wait with it; empty: it may be tried.
  std::optional<time_point> held_until(const std::string& login, time_point now) const;

  std::size_t size() const noexcept {
    return entries_.size();
  }

private:
  struct entry {
    std::set<std::string> let_in; ///< Streams.
    std::uint32_t refusals = 0;   ///< Since nobody is let in.
    time_point held_until;
    time_point noted;
  };

  entry& note(const std::string& login, time_point now);

  std::map<std::string, entry> entries_;
};

} // namespace camwall
