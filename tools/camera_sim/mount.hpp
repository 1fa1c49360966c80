#pragma once

#include "tools/camera_sim/clip.hpp"

#include <gst/rtsp-server/rtsp-server.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace camwall::camera_sim {

class live_source;
class pacer;

/// Where live sources send, on the loopback interface: an address that no router passes on (RFC
/// 2365 §6.1), so that any number of sessions can hear one source.
inline constexpr const char* live_group = "239.255.77.77";

enum class transport { tcp, udp, both };

/// Where a new session begins: in the middle of whatever the others are being sent (as if one
/// encoder worked for all clients, which most cameras have), or at a keyframe (an encoder for
/// each).
enum class start { late_join, keyframe };

/// What one stream of a camera is.
struct mount_options {
  /// The stream's name in the address: main, sub.
  std::string path;
  /// Null when `live_port` is given.
  std::shared_ptr<const clip> content;
  /// Instead of a clip: every session passes on, unchanged, the H.264 that somebody sends as RTP to
  /// this port of `live_group`. 0: none.
  std::uint16_t live_port = 0;
  /// What receives there; the simulator sets it.
  std::shared_ptr<live_source> live;
  transport transports = transport::both;
  start begins = start::late_join;
  bool audio = true;
  /// How long the camera has been running when the process begins; the simulator sets it.
  std::int64_t head_start_ns = 0;
};

/// What a stream does wrongly on command. The media and their packets are changed by feed.cpp and
/// packet_filter.cpp.
struct mount_faults {
  /// Sessions stay open and nothing is sent.
  std::atomic<bool> frozen{false};
  /// Keyframes are left out.
  std::atomic<bool> keyframes_stopped{false};
  /// How many times too fast access units come.
  std::atomic<int> speed{1};
  /// Bits that are turned over in the picture of each access unit.
  std::atomic<int> flipped_bits{0};
  /// Share of the packets that is lost, and that changes places with the one behind, 0 to 1.
  std::atomic<double> lost{0};
  std::atomic<double> reordered{0};
  /// Added to every RTP timestamp.
  std::atomic<double> clock_jump_s{0};
  /// Every packet has the timestamp of the one before.
  std::atomic<bool> clock_stopped{false};
  /// Goes up by one when the timestamps of all running sessions begin at 0 again.
  std::atomic<unsigned> clock_resets{0};

  /// Ends all of them, the lasting effect of a clock's reset excepted.
  void heal();
};

/// One stream of a camera: its options, its faults, its counts. Lives as long as anything that
/// plays it; every member may be read from any thread.
struct mount {
  mount(std::string camera_name, mount_options chosen);

  /// The nanoseconds that the camera has been running: where its endless loop is.
  std::int64_t now_ns() const;

  const std::string name; // camera/path
  const mount_options options;

  /// The clip that is played at present; from the options until `play` changes it.
  std::shared_ptr<const clip> content() const;

  /// Sessions that run go on with the first keyframe of `next`, which must have the same video
  /// codec for them; null: the clip of the options.
  void play(const std::shared_ptr<const clip>& next);

  mount_faults faults;

  std::atomic<std::uint64_t> sessions{0};
  /// Video units, once for each session that was sent them.
  std::atomic<std::uint64_t> units_sent{0};
  /// Video units left out because a client did not take them.
  std::atomic<std::uint64_t> units_dropped{0};
  /// The highest number in an SEI that any session was sent; -1 before the first.
  std::atomic<std::int64_t> last_serial{-1};

  /// Counts a video unit that was sent.
  void count_sent(std::uint64_t serial);

private:
  mutable std::mutex content_mutex_;
  std::shared_ptr<const clip> content_;
};

/// A factory that plays the mount through `by`, which must outlive it. The caller owns the
/// reference. With `role` not empty, only that role may play it.
GstRTSPMediaFactory* make_factory(const std::shared_ptr<mount>& of, pacer& by,
                                  const std::string& role);

/// New sessions of the factory get the tracks of what the mount plays now.
void renew_factory(GstRTSPMediaFactory* factory, const mount& of);

} // namespace camwall::camera_sim
