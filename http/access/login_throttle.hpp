#pragma once

#include "core/ip_range.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace camwall::http {

/// Who may try to log in now. After some failures each further one doubles the wait, for the
/// address (up to a quarter of an hour) and for the user (up to a minute), each for itself. An
/// address from which a user has logged in before does not wait for what others do in his name, so
/// that nobody can be locked out from where he usually is. A try counts as failed until it has
/// succeeded: many at once are not free. Not thread-safe.
class login_throttle {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Zero, and the try is counted; or how long to wait.
  std::chrono::seconds begin(const ip_address& address, std::string_view user, time_point now);

  /// The try ended well: forgets the failures of the address and of the user.
  void succeeded(const ip_address& address, std::string_view user);

  /// The try was not made after all.
  void withdrawn(const ip_address& address, std::string_view user);

private:
  struct record {
    int failures = 0;
    time_point until{}; ///< No try before.
    time_point last{};
  };

  template <class Key>
  using table = std::map<Key, record>;

  table<ip_address> addresses_;
  table<std::string> users_; // By a short form of the name, which anybody chooses.
  std::set<std::pair<ip_address, std::string>> known_;
};

} // namespace camwall::http
