#pragma once

#include "http/notices/http_poster.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <random>
#include <string>

namespace camwall::http {

namespace outbox_limits {

/// Messages that wait for one receiver; of more, the oldest goes.
inline constexpr std::size_t messages_max = 64;

/// A message that could not be sent for so long is given up.
inline constexpr std::chrono::hours age_max{1};

/// Between two tries: 1, 2, 4, … s, ±20 %.
inline constexpr std::chrono::seconds retry_max{60};

/// A receiver may ask for a longer wait (`Retry-After`), up to this.
inline constexpr std::chrono::minutes asked_wait_max{10};
} // namespace outbox_limits

/// The messages to one receiver, in their order, and when the first of them is tried. Knows neither
/// threads nor the time.
class outbox {
public:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;

  struct message {
    std::string delivery;
    std::string body;
    time_point made;
  };

  /// What became of the first message.
  enum class fate : std::uint8_t {
    sent,
    kept, ///< It is tried again.
    rejected,
    dropped, ///< It was too old to be tried again.
  };

  /// `seed` is that of the jitter; `time_scale` divides the waits, 1 but in tests.
  outbox(std::uint64_t seed, double time_scale);

  /// False when the oldest had to go for it.
  bool put(message x);

  /// What is to be sent now; null when nothing is. Valid until the next call of another function.
  const message* due(time_point now) const;

  /// The first message, due or not. There has to be one.
  const message& first() const {
    return messages_.front();
  }

  /// The first message was tried.
  fate settle(const http_poster::result& x, time_point now);

  std::size_t size() const noexcept {
    return messages_.size();
  }

  /// Tries in a row that failed.
  std::size_t failures() const noexcept {
    return failures_;
  }

private:
  clock::duration wait_for(const http_poster::result& x);

  double time_scale_;
  std::mt19937_64 random_;
  std::deque<message> messages_;
  std::size_t failures_ = 0;
  std::optional<time_point> next_try_;
};

} // namespace camwall::http
