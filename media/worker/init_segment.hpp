#pragma once

#include "media/worker/bytes.hpp"
#include "media/worker/libav.hpp"
#include "media/worker/video_track.hpp"

#include <tl/expected.hpp>

#include <string>

namespace camwall::media {

/// What a muxer has to know of the picture, from its parameter sets.
parameters_ptr video_parameters(const video_track& track);

/// Makes a CMAF header (`ftyp` and `moov`, ISO/IEC 23000-19 §7.3.2.1) for one track with the given
/// time scale. H.265 gets the `hvc1` tag, the only one that Apple's players take.
tl::expected<bytes, std::string> make_init_segment(const AVCodecParameters& parameters,
                                                   int time_scale);

} // namespace camwall::media
