#include "media/worker/access_units.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

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

/// Whether a NAL unit without a slice begins an access unit when it comes behind slices: all but
/// H.265's suffix SEI and ends of sequences.
bool precedes_slices(video_codec codec, byte_view nal) noexcept {
  unsigned type = codec == video_codec::h264 ? nal[0] & 0x1FU : nal[0] >> 1 & 0x3FU;
  if (codec == video_codec::h264)
    return type >= 6 && type <= 9;
  return (type >= 32 && type <= 35) || type == 39;
}

/// Ticks by which the times of one picture's packets may differ.
constexpr std::int64_t same_picture_max = 90;

} // namespace

std::optional<access_units::unit> access_units::push(byte_view packet,
                                                     std::optional<std::int64_t> pts) {
  if (sent_ && continues_sent(packet, pts)) {
    right_marks_ = -1;
    return std::nullopt;
  }
  sent_ = false;
  if (current_.empty() && !has_start_code(packet))
    return std::nullopt; // The rest of a picture whose beginning was lost.
  std::optional<unit> out;
  bool begins = !current_.empty() && begins_unit(packet, pts);
  judge_mark(begins);
  if (begins) {
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
    for (auto nal = in.next(); nal && !has_slice_; nal = in.next())
      // NOLINTNEXTLINE(bugprone-unchecked-optional-access): the loop's condition checks it.
      has_slice_ = is_slice(kind_of(codec_, *nal));
  }
  return out;
}

std::optional<access_units::unit> access_units::end_marked() {
  marked_ = has_slice_; // Some cameras mark their parameter sets, too.
  if (!marked_ || interlaced_ || right_marks_ < marks_learned)
    return std::nullopt;
  ready_.swap(current_);
  current_.clear();
  has_slice_ = false;
  marked_ = false;
  sent_ = true;
  return unit{.pts = pts_, .data = ready_};
}

/// What comes behind a marked packet shows whether the mark was right.
void access_units::judge_mark(bool begins) noexcept {
  if (!std::exchange(marked_, false) || right_marks_ < 0)
    return;
  right_marks_ = begins ? std::min(right_marks_ + 1, marks_learned) : -1;
}

/// Whether a packet belongs to the picture that was already returned.
bool access_units::continues_sent(byte_view packet,
                                  std::optional<std::int64_t> pts) const noexcept {
  if (!has_start_code(packet))
    return true;
  auto nal = nal_reader{packet}.next();
  return nal && is_slice(kind_of(codec_, *nal)) && !is_first_slice(codec_, *nal) && pts && pts_ &&
         std::abs(*pts - *pts_) <= same_picture_max;
}

/// H.264 §7.4.1.2.3, H.265 §7.4.2.4.4: the NAL units tell. Times would not do: those of one
/// picture's packets may differ by a tick when an RTCP report comes between them, and two pictures
/// may have the same (libav gives the second one that of the first when the camera begins at 0).
bool access_units::begins_unit(byte_view packet, std::optional<std::int64_t> pts) const noexcept {
  if (!has_slice_ || !has_start_code(packet))
    return false;
  auto nal = nal_reader{packet}.next();
  if (!nal)
    return false;
  if (!is_slice(kind_of(codec_, *nal)))
    return precedes_slices(codec_, *nal);
  if (is_first_slice(codec_, *nal))
    return !interlaced_ || pts != pts_;
  return pts && pts_ && std::abs(*pts - *pts_) > same_picture_max; // Its first slice was lost.
}

} // namespace camwall::media
