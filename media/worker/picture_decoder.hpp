#pragma once

#include "media/worker/bytes.hpp"
#include "media/worker/nal.hpp"
#include "media/worker/picture_judge.hpp"

#include <tl/expected.hpp>

namespace camwall::media {

enum class decode_failure : std::uint8_t {
  undecodable, ///< The keyframe has errors.
  not_judged,  ///< It says nothing about the camera: no memory, an unknown kind of picture.
};

/// Decodes one keyframe: annex B, with its parameter sets. The decoder is made for it and closed
/// again: kept open its memory would double the worker's.
tl::expected<thumbnail, decode_failure> decode_keyframe(video_codec codec, byte_view annex_b);

} // namespace camwall::media
