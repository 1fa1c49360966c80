#pragma once

#include "config/schema.hpp"
#include "core/phase.hpp"

namespace camwall {

/// Which transport the next try of a stream uses for its media (RFC 2326 §10.4).
///
/// A firewall lets the RTSP connection pass and drops the RTP packets: the camera accepts PLAY and
/// nothing comes. So a stream that is configured for UDP and never gets a picture tries TCP next,
/// and stays with what brought a picture until that in turn brings none. That a camera refuses a
/// transport outright (461) is dealt with in the worker, in the same session.
class transport_choice {
public:
  explicit transport_choice(config::transport configured)
    : configured_(configured), present_(configured) {
    // nop
  }

  config::transport present() const noexcept {
    return present_;
  }

  /// A try ended because of `why`. True when the next one uses the other transport.
  bool failed(reason why, bool was_live) noexcept {
    if (configured_ != config::transport::udp || was_live || why != reason::timeout)
      return false;
    present_ = present_ == config::transport::udp ? config::transport::tcp : config::transport::udp;
    return true;
  }

private:
  config::transport configured_;
  config::transport present_;
};

} // namespace camwall
