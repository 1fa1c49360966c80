#pragma once

#include "core/phase.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace camwall {

/// An address to look at.
struct probe_request {
  std::string url;               ///< `rtsp://…`, complete with percent-encoded user information.
  std::string transport = "tcp"; ///< `tcp` or `udp`.
  std::chrono::milliseconds deadline{10'000}; ///< For all of it.
};

/// What a camera is, as found by looking at it for a few seconds. Zero or empty: not found out.
/// With `unsupported_codec` what was found out is there all the same.
struct probe_report {
  camwall::reason reason = camwall::reason::none; ///< `none`: it gives pictures.
  std::string detail;    ///< One sentence when it gives none; holds no secret.
  std::string shown_url; ///< The address with `***` for its user information.
  std::string transport; ///< What the camera took.
  std::string video;     ///< `h264`, `h265`, or the name of a codec that is not supported.
  std::string profile;   ///< E.g. `High`.
  std::string level;     ///< E.g. `3.1`.
  std::string audio;     ///< `aac`, `pcm_mulaw`, `pcm_alaw`, another's name, or empty.
  std::string codecs;    ///< RFC 6381, e.g. `avc1.64001f,mp4a.40.2`.
  int width = 0;
  int height = 0;
  double fps = 0;
  double gop_s = 0;
  double bitrate_bps = 0;
  bool b_frames = false;
  double first_picture_s = 0; ///< From the connect to the first keyframe.
  double watched_s = 0;       ///< How long pictures were looked at.
  double took_s = 0;

  /// How far the camera's clock is ahead of ours (negative: behind); nothing when it does not tell.
  std::optional<double> clock_ahead_s;

  /// Where it plays, in words of docs/reference/cli.md: `mse`, `hls`, `mse_some_browsers`, ….
  /// Empty when there is a reason.
  std::vector<std::string> plays;

  struct advice {
    std::string
      code; ///< A stable word of docs/reference/cli.md: `long_gop`, `b_frames`, `h265`, ….
    std::string text; ///< What to set at the camera and why, in one sentence.
  };
  std::vector<advice> advices;
};

/// Looks at cameras that are not (yet) part of the wall, each in a sandboxed process of its own.
class camera_prober {
public:
  /// Deadlines outside of these are brought inside.
  static constexpr std::chrono::milliseconds deadline_min{1000};
  static constexpr std::chrono::milliseconds deadline_max{30'000};

  /// Of one probe; no other one of the same prober ever has the same.
  using probe_id = std::uint64_t;

  virtual ~camera_prober() = default;

  /// From any thread; never blocks. `done` is called once, from a thread of the prober, at the
  /// deadline at the latest; it must not block. Beyond the limit of probes at a time, of all and at
  /// one host and port, the report says `busy` at once; with an address that is none, `config`.
  virtual probe_id probe(probe_request what, std::function<void(probe_report)> done) = 0;

  /// Nobody wants the report any more: takes leave of the camera, and who asks from now on finds
  /// its place free. `done` is dropped unless it is being called already. Nothing happens to a
  /// probe that has ended. From any thread; never blocks.
  virtual void cancel(probe_id which) = 0;
};

} // namespace camwall
