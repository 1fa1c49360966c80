#include "media/worker/stills.hpp"

#include "media/worker/rendition_decoder.hpp"
#include "media/worker/rendition_encoder.hpp"
#include "media/worker/rendition_scaler.hpp"

#include <utility>

namespace camwall::media {

namespace {

double pixel_aspect(const AVFrame& x) noexcept {
  auto aspect = x.sample_aspect_ratio;
  return aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1.0;
}

rendition as_rendition(const still_order& x) noexcept {
  return {.id = x.id,
          .format = media_format::jpeg,
          .width = x.width,
          .height = x.height,
          .quality = x.quality};
}

tl::expected<rendition_output, std::string> encode_still(rendition_scaler& scaler,
                                                         const shown_picture& from,
                                                         const still_order& order) {
  auto size = size_of(as_rendition(order), {.width = from.frame.width, .height = from.frame.height},
                      pixel_aspect(from.frame));
  auto encoder = make_jpeg_encoder(size, order.quality);
  if (!encoder)
    return tl::unexpected{encoder.error()};
  const auto* picture = scaler.make(from.frame, {.size = size, .full_range = true});
  if (picture == nullptr)
    return tl::unexpected{std::string{"the camera's kind of picture cannot be converted"}};
  auto coded = (*encoder)->encode(*picture, from.pts);
  if (!coded)
    return tl::unexpected{coded.error()};
  return rendition_output{.id = order.id,
                          .format = media_format::jpeg,
                          .keyframe = true,
                          .capture_us = from.capture_us,
                          .payload = std::move(coded->payload),
                          .width = size.width,
                          .height = size.height};
}

std::vector<rendition_refusal> refuse_all(std::span<const still_order> orders,
                                          const std::string& why) {
  std::vector<rendition_refusal> out;
  for (const auto& x : orders)
    out.push_back({.id = x.id, .why = why});
  return out;
}

} // namespace

std::vector<rendition_refusal> make_stills(video_codec codec, const coded_picture& keyframe,
                                           std::span<const still_order> orders,
                                           const std::function<void(rendition_output&&)>& take) {
  auto decoder = rendition_decoder::open(codec);
  if (!decoder)
    return refuse_all(orders, decoder.error());
  std::vector<rendition_refusal> refused;
  bool shown = false;
  (*decoder)->decode_alone(keyframe, [&](const shown_picture& picture) {
    if (std::exchange(shown, true))
      return; // Two fields of one picture: the first is enough.
    rendition_scaler scaler;
    for (const auto& x : orders) {
      if (auto made = encode_still(scaler, picture, x))
        take(std::move(*made));
      else
        refused.push_back({.id = x.id, .why = made.error()});
    }
  });
  if (shown)
    return refused;
  const auto& why = (*decoder)->impossible();
  return refuse_all(orders, why.empty() ? "the camera's last keyframe has errors" : why);
}

} // namespace camwall::media
