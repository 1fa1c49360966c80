#pragma once

#include "media/worker/nal.hpp"
#include "media/worker/rendition.hpp"
#include "media/worker/rendition_queue.hpp"
#include "media/worker_protocol.hpp"

#include <functional>
#include <span>
#include <vector>

namespace camwall::media {

/// Decodes one keyframe (annex B, with its parameter sets) and gives a JPEG of it for each order to
/// `take`; what cannot be made is returned. Decoder and encoders are made for it and closed again:
/// kept open their memory would double the worker's.
std::vector<rendition_refusal> make_stills(video_codec codec, const coded_picture& keyframe,
                                           std::span<const still_order> orders,
                                           const std::function<void(rendition_output&&)>& take);

} // namespace camwall::media
