#pragma once

#include "config/schema.hpp"
#include "core/phase.hpp"

namespace camwall {

/// Which transport the next try of a stream uses for its media (RFC 2326 §10.4).
///
/// A firewall lets the RTSP connection pass and drops the RTP packets: the camera accepts PLAY and
/// nothing comes. So a stream that is configured for UDP and never gets a picture tries TCP next,
/// and stays with what brought a picture until that in turn brings none. When a camera refuses a
/// transport outright (461) the worker takes the other in the same session, and says so: the next
/// try begins with it.
class transport_choice {
public:
  explicit transport_choice(config::transport configured)
    : configured_(configured), present_(configured) {
    // nop
  }

  config::transport present() const noexcept {
    return present_;
  }

  /// The camera accepted PLAY with this transport.
  void opened(config::transport with) noexcept {
    present_ = with;
  }

  /// A try ended because of `why`. True when the next one uses the other transport.
  bool failed(reason why, bool was_live) noexcept {
    auto udp_involved = configured_ == config::transport::udp || present_ == config::transport::udp;
    if (!udp_involved || was_live || why != reason::timeout)
      return false;
    present_ = present_ == config::transport::udp ? config::transport::tcp : config::transport::udp;
    return true;
  }

private:
  config::transport configured_;
  config::transport present_;
};

} // namespace camwall
