#pragma once

#include "core/phase.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

namespace camwall {

using duration = std::chrono::steady_clock::duration;
using time_point = std::chrono::steady_clock::time_point;

/// Decides how long a stream waits before its next try. A first connect that fails is no different
/// from a later one.
///
/// - After at least 10 s of live: at once and ahead of others, at most once a minute.
/// - `auth`: two tries, then 35 minutes each, because cameras lock an account after a few wrong
/// passwords.
/// - `not_found`: 60 s. `busy`: 30, 60, 120 s.
/// - Otherwise 1, 2, 4, 8, 15, 30, 60, 60 … s. All waits ±20 %, so that cameras behind one switch
/// do not come back as
///   one. Forgiven after 60 s of live.
class reconnect_policy {
public:
  /// Tries that a password is worth: with most cameras the fifth locks the account.
  static constexpr std::uint32_t login_tries = 2;

  struct plan {
    duration wait{};
    bool at_once = false;    ///< Restart without a wait, ahead of cameras that were not live.
    bool hold_login = false; ///< The password was refused more than once.
  };

  /// `time_scale` divides all waits; 1 but in tests.
  explicit reconnect_policy(std::uint64_t seed, double time_scale = 1.0);

  /// A try ended because of `why`, after `live_for` of live (zero: it never was).
  plan after_failure(reason why, duration live_for, time_point now);

  /// The password is right after all.
  void forget_login() {
    refused_logins_ = 0;
  }

  /// How long a password is held back that was refused twice. Without jitter: the lock-out of the
  /// camera is what it must outlast.
  duration login_hold() const;

  /// An operator asks for a fresh start: all failures are forgotten.
  void forget();

private:
  duration spread(std::chrono::seconds base);

  std::mt19937_64 random_;
  double time_scale_;
  std::uint32_t failures_ = 0;
  std::uint32_t refused_logins_ = 0;
  std::uint32_t busy_answers_ = 0;
  std::optional<time_point> last_at_once_;
};

} // namespace camwall
