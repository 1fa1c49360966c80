#pragma once

#include "tools/camera_sim/clip.hpp"

#include <gst/rtsp-server/rtsp-server.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace camwall::camera_sim {

class pacer;

enum class transport { tcp, udp, both };

/// Where a new session begins: in the middle of whatever the others are being sent (as if one
/// encoder worked for all clients, which most cameras have), or at a keyframe (an encoder for
/// each).
enum class start { late_join, keyframe };

/// What one stream of a camera is.
struct mount_options {
  /// The stream's name in the address: main, sub.
  std::string path;
  std::shared_ptr<const clip> content;
  transport transports = transport::both;
  start begins = start::late_join;
  bool audio = true;
};

/// One stream of a camera: its options, its faults, its counts. Lives as long as anything that
/// plays it; every member may be read from any thread.
struct mount {
  mount(std::string camera_name, mount_options chosen);

  /// The nanoseconds since the process began: every timeline counts from there.
  static std::int64_t now_ns();

  const std::string name; // camera/path
  const mount_options options;

  /// A fault: sessions stay open and nothing is sent.
  std::atomic<bool> frozen{false};

  std::atomic<std::uint64_t> sessions{0};
  /// Video units, once for each session that was sent them.
  std::atomic<std::uint64_t> units_sent{0};
  /// Video units left out because a client did not take them.
  std::atomic<std::uint64_t> units_dropped{0};
  /// The highest number in an SEI that any session was sent; -1 before the first.
  std::atomic<std::int64_t> last_serial{-1};

  /// Counts a video unit that was sent.
  void count_sent(std::uint64_t serial);
};

/// A factory that plays the mount through `by`, which must outlive it. The caller owns the
/// reference. With `role` not empty, only that role may play it.
GstRTSPMediaFactory* make_factory(const std::shared_ptr<mount>& of, pacer& by,
                                  const std::string& role);

} // namespace camwall::camera_sim
