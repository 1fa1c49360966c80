#pragma once

#include "media/worker_protocol.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace camwall::media {

/// Judges what one worker says, message by message: each is well formed by now, but may come too
/// often, out of order, or with numbers that would outlive the worker. A worker is only as
/// trustworthy as the camera that it parses.
class fact_guard {
public:
  using clock = std::chrono::steady_clock;

  /// A worker of a lively camera sends about ten a second, and may fall behind for a while.
  static constexpr double messages_per_second_max = 200;
  static constexpr double messages_burst_max = 500;

  /// How far the number of a segment may lie from that of the one before.
  static constexpr std::uint64_t sequence_step_max = 1000;

  enum class verdict : std::uint8_t { fine, too_many, wrong };

  /// For the worker that was given `job`.
  fact_guard(const task& job, clock::time_point now);

  /// To be asked of every packet, before it is looked into: `fine` or `too_many`.
  verdict admit(clock::time_point now);

  /// To be asked of every fact: `fine` or `wrong`, then `complaint` says why.
  verdict check(const fact& x);

  const std::string& complaint() const noexcept {
    return complaint_;
  }

private:
  verdict refuse(std::string why);
  verdict check_segment(const segment_published& x);
  verdict check_probe(const fact& x);

  double allowance_ = messages_burst_max;
  clock::time_point refilled_at_;
  bool is_probe_;
  std::uint64_t media_sequence_ = 0;         ///< The least that may come next.
  std::uint64_t discontinuity_sequence_ = 0; ///< The same.
  bool opened_ = false;
  bool over_ = false; ///< It has said its last.
  std::string complaint_;
};

} // namespace camwall::media
