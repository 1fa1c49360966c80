#pragma once

#include "tools/camera_sim/mount.hpp"

#include <gst/gst.h>

#include <memory>

namespace camwall::camera_sim {

/// Lets the RTP packets of a session's medium pass a filter that does to them what the mount's
/// faults say: losses, changed order, wrong timestamps (RFC 3550 §5.1). It stands behind the
/// payloaders, so that RTP over UDP and over TCP are treated alike and sender reports agree.
void filter_packets(const std::shared_ptr<mount>& of, GstElement* bin);

} // namespace camwall::camera_sim
