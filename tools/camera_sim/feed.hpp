#pragma once

#include "tools/camera_sim/mount.hpp"

#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <random>

namespace camwall::camera_sim {

/// The running medium of one session: hands its sources the access units as they fall due.
///
/// The first unit goes in as soon as a source asks, because the server answers DESCRIBE only when
/// every payloader has seen data; the others follow the pipeline's running time. A video unit
/// carries its place on the mount's timeline (units since the camera began), so what a client
/// receives is gapless while it is connected, and shows a gap for the time in which it was not.
class feed {
public:
  /// Takes the sources named `video` and `audio` out of `bin` and sets them up.
  static std::shared_ptr<feed> make(std::shared_ptr<mount> of, GstElement* bin);

  ~feed();
  feed(const feed&) = delete;
  feed& operator=(const feed&) = delete;

  /// Pushes what is due. Never blocks. Called by the pacer only.
  void advance();

private:
  /// How far one track has got.
  struct cursor {
    GstAppSrc* source = nullptr;
    /// What `from` is a track of.
    std::shared_ptr<const clip> content;
    const track* from = nullptr;
    std::uint64_t waiting_bytes_max = 0;
    /// Place in the endless loop of the clip.
    std::uint64_t position = 0;
    /// Due time of the first unit: the medium's running time 0.
    std::int64_t origin_ns = 0;
    /// By how much a flood has got ahead of the running time.
    std::int64_t ahead_ns = 0;
    std::int64_t last_decode_ns = std::numeric_limits<std::int64_t>::min() / 2;
    /// Added to every presentation time; brings the audio behind the video's reordering delay.
    std::int64_t delay_ns = 0;
    /// Serial of the unit at `position`; video only.
    std::optional<std::uint64_t> serial;
    bool primed = false;
    bool wants_keyframe = false;
  };

  feed(std::shared_ptr<mount> of, GstElement* bin);

  void set_up(cursor& on, GstElement* bin, const char* name, std::shared_ptr<const clip> content,
              const track& from);
  void prime(GstAppSrc* source);
  void advance(cursor& on, std::int64_t media_ns);
  void change_clip();
  void push(cursor& on);
  static void step(cursor& on);
  std::int64_t due_ns(const cursor& on) const;

  const std::shared_ptr<mount> mount_;
  std::mutex mutex_;
  cursor video_;
  cursor audio_;
  std::int64_t last_running_ns_ = 0;
  std::minstd_rand random_;
};

} // namespace camwall::camera_sim
