#include "media/worker/picture_decoder.hpp"

#include "media/worker/libav.hpp"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <algorithm>

namespace camwall::media {

namespace {

/// 8192 x 4608: no camera sends more.
constexpr std::int64_t pixels_max = 8192L * 4608;

/// A cell's samples: 4 x 4 pixels, every second one.
constexpr int sample_columns = 4;
constexpr int sample_step = 2;
static_assert(std::size_t{sample_columns} * sample_columns == thumbnail::samples);

/// libav's complaints about one camera's pictures are no news: the condition tells.
constexpr int silent = 64;

/// Reads one component of a picture as eight bits, in place.
class plane {
public:
  plane(const AVFrame& frame, const AVPixFmtDescriptor& format, int component)
    : how_(format.comp[component]),
      data_(frame.data[how_.plane]),
      line_bytes_(frame.linesize[how_.plane]),
      width_(frame.width),
      height_(frame.height) {
    if (component > 0) {
      width_ = AV_CEIL_RSHIFT(width_, format.log2_chroma_w);
      height_ = AV_CEIL_RSHIFT(height_, format.log2_chroma_h);
    }
  }

  int width() const noexcept {
    return width_;
  }
  int height() const noexcept {
    return height_;
  }

  std::uint8_t at(int x, int y) const noexcept {
    const auto* p =
      data_ + std::ptrdiff_t{y} * line_bytes_ + std::ptrdiff_t{x} * how_.step + how_.offset;
    if (how_.depth <= 8)
      return *p;
    return static_cast<std::uint8_t>((p[0] | p[1] << 8) >> (how_.depth - 8));
  }

private:
  AVComponentDescriptor how_;
  const std::uint8_t* data_;
  std::ptrdiff_t line_bytes_;
  int width_;
  int height_;
};

/// Brightness as 0 to 255: video mostly uses 16 to 235 (ITU-R BT.709 §3).
std::uint8_t full_range(std::uint8_t y, bool is_full) {
  if (is_full)
    return y;
  return static_cast<std::uint8_t>(std::clamp((y - 16) * 255 / 219, 0, 255));
}

/// Where the middle of the n-th of `count` parts of a length lies.
int middle(std::size_t n, std::size_t count, int length) {
  return static_cast<int>((2 * n + 1) * static_cast<std::size_t>(length) / (2 * count));
}

void sample_cell(const plane& from, int x0, int y0, bool is_full, std::uint8_t* to) {
  for (int row = 0; row < sample_columns; ++row)
    for (int column = 0; column < sample_columns; ++column)
      *to++ = full_range(from.at(std::clamp(x0 + (column - 2) * sample_step, 0, from.width() - 1),
                                 std::clamp(y0 + (row - 2) * sample_step, 0, from.height() - 1)),
                         is_full);
}

tl::expected<thumbnail, decode_failure> make_thumbnail(const AVFrame& frame) {
  auto pixels = static_cast<AVPixelFormat>(frame.format);
  const auto* format = av_pix_fmt_desc_get(pixels);
  constexpr std::uint64_t unreadable =
    AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_BE;
  if (format == nullptr || (format->flags & unreadable) != 0 || format->nb_components < 1)
    return tl::unexpected{decode_failure::not_judged};
  bool is_full = frame.color_range == AVCOL_RANGE_JPEG || pixels == AV_PIX_FMT_YUVJ420P ||
                 pixels == AV_PIX_FMT_YUVJ422P || pixels == AV_PIX_FMT_YUVJ444P;
  bool has_colour = format->nb_components >= 3;
  plane luma{frame, *format, 0};
  plane cb{frame, *format, has_colour ? 1 : 0};
  plane cr{frame, *format, has_colour ? 2 : 0};
  thumbnail out;
  for (std::size_t i = 0; i < thumbnail::cells; ++i) {
    auto column = i % thumbnail::columns;
    auto row = i / thumbnail::columns;
    auto in = [&](const plane& x) {
      return std::pair{middle(column, thumbnail::columns, x.width()),
                       middle(row, thumbnail::rows, x.height())};
    };
    auto [x, y] = in(luma);
    sample_cell(luma, x, y, is_full, out.luma.data() + i * thumbnail::samples);
    auto [cx, cy] = in(cb);
    out.cb[i] = has_colour ? cb.at(cx, cy) : 128;
    out.cr[i] = has_colour ? cr.at(cx, cy) : 128;
  }
  return out;
}

codec_ptr open_decoder(video_codec codec) {
  const auto* decoder =
    avcodec_find_decoder(codec == video_codec::h264 ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC);
  codec_ptr out{decoder == nullptr ? nullptr : avcodec_alloc_context3(decoder)};
  if (!out)
    return nullptr;
  out->thread_count = 1;
  out->skip_loop_filter = AVDISCARD_ALL;
  out->max_pixels = pixels_max;
  out->log_level_offset = silent;
  return avcodec_open2(out.get(), decoder, nullptr) < 0 ? nullptr : std::move(out);
}

/// Decoding surely can begin at a random access picture; at a recovery point (H.264 §D.2.8) the
/// first pictures may be incomplete by intention.
bool must_decode(video_codec codec, byte_view annex_b) {
  nal_reader in{annex_b};
  while (auto nal = in.next())
    if (kind_of(codec, *nal) == nal_kind::random_access_slice)
      return true;
  return false;
}

} // namespace

tl::expected<thumbnail, decode_failure> decode_keyframe(video_codec codec, byte_view annex_b) {
  auto failure = tl::unexpected{must_decode(codec, annex_b) ? decode_failure::undecodable
                                                            : decode_failure::not_judged};
  auto decoder = open_decoder(codec);
  packet_ptr packet{av_packet_alloc()};
  frame_ptr frame{av_frame_alloc()};
  if (!decoder || !packet || !frame ||
      av_new_packet(packet.get(), static_cast<int>(annex_b.size())) < 0)
    return tl::unexpected{decode_failure::not_judged};
  std::copy(annex_b.begin(), annex_b.end(), packet->data);
  packet->flags |= AV_PKT_FLAG_KEY;
  auto error = avcodec_send_packet(decoder.get(), packet.get());
  if (error >= 0)
    avcodec_send_packet(decoder.get(), nullptr); // No other comes: give out what is there.
  if (error >= 0)
    error = avcodec_receive_frame(decoder.get(), frame.get());
  if (error == AVERROR(ENOMEM))
    return tl::unexpected{decode_failure::not_judged};
  if (error < 0 || frame->decode_error_flags != 0 || (frame->flags & AV_FRAME_FLAG_CORRUPT) != 0)
    return failure;
  return make_thumbnail(*frame);
}

} // namespace camwall::media
