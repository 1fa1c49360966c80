#pragma once

#include "tools/camera_sim/mount.hpp"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <tl/expected.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace camwall::camera_sim {

/// The H.264 that somebody sends as RTP to one port of `live_group`: received and put together
/// once, and handed to every session that plays it. Safe to use from several threads.
class live_source {
public:
  /// Begins to receive. The error is a sentence.
  static tl::expected<std::shared_ptr<live_source>, std::string> open(std::uint16_t port);

  ~live_source();
  live_source(const live_source&) = delete;
  live_source& operator=(const live_source&) = delete;

  /// Whether a session could begin: the server answers DESCRIBE only when its payloader has seen an
  /// access unit, and serves nobody else while it waits for one.
  bool ready() const;

  /// A session of `of` begins, in the middle of what the others see; `into` gets the access units
  /// until `leave`.
  void join(std::shared_ptr<mount> of, GstAppSrc* into);
  void leave(GstAppSrc* into);

  /// Whether no session plays it.
  bool idle() const;

private:
  struct listener {
    std::shared_ptr<mount> of;
    GstAppSrc* into;
    bool wants_keyframe = false;
  };

  explicit live_source(GstElement* pipeline);
  static GstFlowReturn on_unit(GstAppSink* sink, gpointer self);
  void hand_out(GstSample* unit);
  static void hand_to(listener& one, GstSample* unit);

  GstElement* const pipeline_;
  mutable std::mutex mutex_;
  std::vector<listener> listeners_;
  /// What a session that begins is primed with; null before the first.
  GstSample* newest_ = nullptr;
};

/// The sources of all live streams, one for each port.
class live_sources {
public:
  tl::expected<std::shared_ptr<live_source>, std::string> on(std::uint16_t port);

  /// Whether no session plays any of them.
  bool idle() const;

private:
  std::map<std::uint16_t, std::shared_ptr<live_source>> by_port_;
};

} // namespace camwall::camera_sim
