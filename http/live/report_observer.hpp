#pragma once

#include "core/ladder_step.hpp"

#include <cstdint>
#include <string_view>

namespace camwall::http {

/// Gets told the sums of what walls report. A `live_observer` that is one of these is told them,
/// from WebSocket threads.
class report_observer {
public:
  virtual ~report_observer() = default;

  /// So many pictures of this camera, which exists, were presented.
  virtual void on_frames_presented(std::string_view camera, std::uint64_t frames) = 0;

  /// Pages took this step so often to make pictures move; `wall` as for a `live_observer`.
  virtual void on_ladder_steps(std::string_view wall, ladder_step step, std::uint64_t steps) = 0;
};

} // namespace camwall::http
