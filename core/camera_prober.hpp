#pragma once

#include "core/phase.hpp"

#include <chrono>
#include <functional>
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
  double took_s = 0;

  /// Where it plays, in words of the reference: `mse`, `hls`, `mse_some_browsers`, ….
  std::vector<std::string> plays;

  struct advice {
    std::string code; ///< A stable word: `long_gop`, `b_frames`, `h265`, ….
    std::string text; ///< What to set at the camera and why, in one sentence.
  };
  std::vector<advice> advices;
};

/// Looks at cameras that are not (yet) part of the wall, each in a sandboxed process of its own.
class camera_prober {
public:
  virtual ~camera_prober() = default;

  /// From any thread; never blocks. `done` is called once, from a thread of the prober, at the
  /// deadline at the latest; it must not block. Beyond the limit of probes at a time the report
  /// says `busy` at once.
  virtual void probe(probe_request what, std::function<void(probe_report)> done) = 0;
};

} // namespace camwall
