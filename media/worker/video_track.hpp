#pragma once

#include "media/worker/bytes.hpp"
#include "media/worker/nal.hpp"
#include "media/worker/video_format.hpp"

#include <vector>

namespace camwall::media {

/// How NAL units are told apart in what is written.
enum class nal_framing : std::uint8_t {
  length_prefixed, ///< ISO/IEC 14496-15, for fMP4. Parameter sets live in the init segment alone.
  start_codes,     ///< Annex B, for MPEG-TS. Each keyframe carries its parameter sets.
};

void append_nal(bytes& to, nal_framing framing, byte_view nal);

/// The video track's parameter sets, and its access units in the shape that the container wants.
class video_track {
public:
  video_track(video_codec codec, nal_framing framing);

  /// Takes the parameter sets that the SDP carried, as annex B; may be empty.
  void take_extradata(byte_view annex_b);

  /// Reads one access unit (annex B), learns its parameter sets and writes it into `out` (which is
  /// replaced). Returns whether decoding can begin at it.
  bool convert(byte_view annex_b, bytes& out);

  /// Whether a decoder could be set up: SPS, PPS (and VPS for H.265) are known and make sense.
  bool complete() const noexcept {
    return complete_;
  }

  /// Whether the parameter sets changed since the last call.
  bool take_changed() noexcept;

  video_codec codec() const noexcept {
    return codec_;
  }

  nal_framing framing() const noexcept {
    return framing_;
  }

  const video_format& format() const noexcept {
    return format_;
  }

  /// All parameter sets as annex B: what libav takes as extradata.
  bytes extradata() const;

private:
  struct parameter_sets {
    std::vector<bytes> vps;
    std::vector<bytes> sps;
    std::vector<bytes> pps;

    friend bool operator==(const parameter_sets&, const parameter_sets&) = default;
  };

  static void collect(parameter_sets& into, nal_kind kind, byte_view nal);
  void learn(parameter_sets found);

  video_codec codec_;
  nal_framing framing_;
  parameter_sets sets_;
  video_format format_;
  bool complete_ = false;
  bool changed_ = false;
};

} // namespace camwall::media
