#pragma once

#include <memory>

namespace camwall::metrics {

struct registry;

/// How fast faults are seen and mended. Any thread; never blocks for long.
class supervision_metrics {
public:
  explicit supervision_metrics(registry& x);

  /// Seconds from the last access unit to the moment at which the fault was known.
  void detection(double seconds);

  /// Seconds from that moment to the next live.
  void recovery(double seconds);

  /// Seconds from the launch of a worker to its first access unit.
  void time_to_first_frame(double seconds);

  /// A limit was reached and something refused; `limit` is one of those that
  /// `camwall_limit_reached_total` knows.
  void limit_reached(const char* limit);

private:
  struct instruments;
  std::shared_ptr<instruments> instruments_;
};

} // namespace camwall::metrics
