#pragma once

#include <compare>
#include <string>

namespace camwall {

/// One stream of one camera, as configuration, API and metrics name it.
struct stream_name {
  std::string camera;
  std::string stream; ///< `main` or `sub`.

  friend auto operator<=>(const stream_name&, const stream_name&) = default;
};

} // namespace camwall
