#include "media/worker/access_units.hpp"

namespace camwall::media {

namespace {

bool has_start_code(byte_view x) noexcept {
  return x.size() > 4 && x[0] == 0 && x[1] == 0 && (x[2] == 1 || (x[2] == 0 && x[3] == 1));
}

bool is_slice(nal_kind kind) noexcept {
  return kind == nal_kind::slice || kind == nal_kind::random_access_slice;
}

/// Whether a slice is the first of its picture: first_mb_in_slice is 0 (H.264 §7.3.3, a single bit
/// in Exp-Golomb), or first_slice_segment_in_pic_flag is set (H.265 §7.3.6.1).
bool is_first_slice(video_codec codec, byte_view nal) noexcept {
  std::size_t header = codec == video_codec::h264 ? 1 : 2;
  return nal.size() > header && (nal[header] & 0x80U) != 0;
}

} // namespace

std::optional<access_units::unit> access_units::push(byte_view packet,
                                                     std::optional<std::int64_t> pts) {
  if (current_.empty() && !has_start_code(packet))
    return std::nullopt; // The rest of a picture whose beginning was lost.
  std::optional<unit> out;
  if (!current_.empty() && begins_unit(packet, pts)) {
    ready_.swap(current_);
    current_.clear();
    out = unit{.pts = pts_, .data = ready_};
    has_slice_ = false;
  }
  if (current_.empty())
    pts_ = pts;
  append(current_, packet);
  if (!has_slice_ && has_start_code(packet)) {
    nal_reader in{packet};
    while (auto nal = in.next())
      has_slice_ = has_slice_ || is_slice(kind_of(codec_, *nal));
  }
  return out;
}

/// The time alone will not do: the times of one picture's packets may differ by a tick when an RTCP
/// report comes between them, and some cameras give two pictures one time.
bool access_units::begins_unit(byte_view packet, std::optional<std::int64_t> pts) const noexcept {
  if (!has_slice_ || !has_start_code(packet))
    return false;
  auto nal = nal_reader{packet}.next();
  if (!nal)
    return false;
  auto kind = kind_of(codec_, *nal);
  if (is_slice(kind))
    return is_first_slice(codec_, *nal) && pts != pts_;
  return pts != pts_;
}

} // namespace camwall::media
