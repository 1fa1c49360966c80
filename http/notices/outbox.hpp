#pragma once

#include "http/notices/http_poster.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>

namespace camwall::http {

namespace outbox_limits {

/// A message that could not be sent for so long is given up.
inline constexpr std::chrono::hours age_max{1};

/// Between two tries: 1, 2, 4, … s, ±20 %.
inline constexpr std::chrono::seconds retry_max{60};

/// A receiver may ask for a longer wait (`Retry-After`), up to this.
inline constexpr std::chrono::minutes asked_wait_max{10};
} // namespace outbox_limits

/// The message that is on its way to one receiver, and when it is tried. One at a time: so they
/// arrive in their order, and the next one says how things are by then. Knows neither threads nor
/// the time.
class outbox {
public:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  struct message {
    std::string delivery;
    std::string body;
    time_point made;
  };

  /// What became of the message.
  enum class fate : std::uint8_t {
    sent,
    kept, ///< It is tried again.
    rejected,
    dropped, ///< It was too old to be tried again.
  };

  /// `seed` is that of the jitter; `time_scale` divides the waits, 1 but in tests.
  outbox(std::uint64_t seed, double time_scale);

  /// The one before must have been settled: sent, rejected or dropped.
  void put(message x);

  /// What is to be sent now; null when nothing is. Valid until the next call of another function.
  const message* due(time_point now) const;

  /// The message, due or not; null when there is none. Valid as long.
  const message* pending() const noexcept {
    return message_ ? &*message_ : nullptr;
  }

  /// The message, which there must be, was tried.
  fate settle(const http_poster::result& x, time_point now);

  /// Tries in a row that failed.
  std::size_t failures() const noexcept {
    return failures_;
  }

private:
  clock::duration wait_for(const http_poster::result& x);

  double time_scale_;
  std::mt19937_64 random_;
  std::optional<message> message_;
  std::size_t failures_ = 0;
  std::optional<time_point> next_try_;
};

} // namespace camwall::http
