#pragma once

namespace camwall::media {

/// Lets an order end libav's wait for the camera, so that it is heeded at once and not when the
/// next packet comes. For the copying thread.
struct order_bell {
  int fd = -1;       ///< Where orders come; none before the first.
  bool rung = false; ///< One is there. Whoever looks at it resets this.
};

inline order_bell& the_order_bell() noexcept {
  static order_bell only;
  return only;
}

} // namespace camwall::media
