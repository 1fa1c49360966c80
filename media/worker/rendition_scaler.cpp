#include "media/worker/rendition_scaler.hpp"

#include <utility>

namespace camwall::media {

namespace {

bool is_full_range(const AVFrame& x) noexcept {
  return x.color_range == AVCOL_RANGE_JPEG || x.format == AV_PIX_FMT_YUVJ420P ||
         x.format == AV_PIX_FMT_YUVJ422P || x.format == AV_PIX_FMT_YUVJ444P;
}

/// Where a camera does not say what its colours mean, they are what browsers take them for: HD is
/// BT.709.
int matrix_of(const AVFrame& x) noexcept {
  constexpr int hd_lines_min = 720;
  if (x.colorspace == AVCOL_SPC_UNSPECIFIED)
    return x.height >= hd_lines_min ? SWS_CS_ITU709 : SWS_CS_ITU601;
  return x.colorspace;
}

/// The ranges have to be known from the begin: a picture that keeps its size would be copied as it
/// is otherwise, whatever is said of them later.
scaler_ptr open_scaler(const AVFrame& from, const rendition_scaler::target& to) {
  scaler_ptr out{sws_alloc_context()};
  if (!out)
    return nullptr;
  auto set = [&](const char* name, int value) { av_opt_set_int(out.get(), name, value, 0); };
  set("srcw", from.width);
  set("srch", from.height);
  set("src_format", from.format);
  set("src_range", is_full_range(from) ? 1 : 0);
  set("dstw", to.size.width);
  set("dsth", to.size.height);
  set("dst_format", AV_PIX_FMT_YUV420P);
  set("dst_range", to.full_range ? 1 : 0);
  set("sws_flags", SWS_BILINEAR);
  return sws_init_context(out.get(), nullptr, nullptr) < 0 ? nullptr : std::move(out);
}

} // namespace

void rendition_scaler::begin_picture() noexcept {
  for (auto& [to, x] : converters_)
    x.is_current = false;
}

void rendition_scaler::forget_unused() {
  std::erase_if(converters_, [](const auto& x) { return !x.second.is_used; });
  for (auto& [to, x] : converters_)
    x.is_used = false;
}

bool rendition_scaler::prepare(converter& x, const AVFrame& from, const target& to) {
  source now{from.width, from.height, from.format, is_full_range(from) ? 1 : 0, matrix_of(from)};
  if (x.scaler && x.from == now)
    return true;
  x.scaler = open_scaler(from, to);
  if (!x.scaler)
    return false;
  constexpr int unchanged = 1 << 16;
  sws_setColorspaceDetails(x.scaler.get(), sws_getCoefficients(matrix_of(from)),
                           is_full_range(from) ? 1 : 0, sws_getCoefficients(SWS_CS_ITU601),
                           to.full_range ? 1 : 0, 0, unchanged, unchanged);
  x.from = now;
  return true;
}

const AVFrame* rendition_scaler::make(const AVFrame& from, const target& to) {
  auto& x = converters_[to];
  x.is_used = true;
  if (x.is_current)
    return x.made.get();
  if (!prepare(x, from, to))
    return nullptr;
  // An encoder may still hold the last one, so that it must not be written over.
  x.made.reset(av_frame_alloc());
  if (!x.made)
    return nullptr;
  x.made->format = AV_PIX_FMT_YUV420P;
  x.made->width = to.size.width;
  x.made->height = to.size.height;
  if (av_frame_get_buffer(x.made.get(), 0) < 0 ||
      sws_scale(x.scaler.get(), from.data, from.linesize, 0, from.height, x.made->data,
                x.made->linesize) < 0)
    return nullptr;
  x.made->color_range = to.full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  x.made->colorspace = AVCOL_SPC_BT470BG;
  x.is_current = true;
  return x.made.get();
}

} // namespace camwall::media
