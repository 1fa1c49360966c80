#pragma once

#include "core/live_media.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::metrics {

struct registry;

/// What the server's end of the data road holds now, and sums since the server began.
struct live_road {
  std::size_t feeds = 0;
  std::size_t subscriptions = 0;
  std::size_t kept_bytes = 0;
  std::uint64_t chunks = 0;
  std::uint64_t bytes = 0;
};

/// What becomes of live media over WebSocket. Any thread.
class live_metrics {
public:
  explicit live_metrics(registry& x);

  /// Names that walls have had since the server began; further ones are not counted.
  static constexpr std::size_t walls_max = 1024;

  /// The names that walls may have; at the start and whenever there are others. Earlier ones stay.
  void know_walls(const std::vector<std::string>& names);

  void viewers(media_format format, int delta);

  /// `reason` is one of the words of the reference; another one is not counted.
  void chunks_dropped(std::string_view reason, std::size_t chunks);

  /// `name` is a known one, or empty.
  void wall(std::string_view name, int delta);

private:
  struct instruments;
  std::shared_ptr<instruments> instruments_;
};

} // namespace camwall::metrics
