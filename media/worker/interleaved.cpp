#include "media/worker/interleaved.hpp"

#include <algorithm>

namespace camwall::media {

namespace {

constexpr std::size_t head_bytes = 3; // Channel, length.
constexpr std::size_t rtp_header_bytes = 12;
constexpr unsigned padding_bit = 0x20;
constexpr unsigned marker_bit = 0x80;

/// Fewer prove nothing.
constexpr std::size_t compared_min = 4;

} // namespace

void interleaved_reader::read(std::size_t asked, byte_view got) noexcept {
  if (stage_ != stage::sign && asked != left_)
    stage_ = stage::sign;
  switch (stage_) {
    case stage::sign:
      whole_ = false;
      if (asked == 1 && got.size() == 1 && got[0] == '$') {
        stage_ = stage::head;
        left_ = head_bytes;
        length_ = 0;
      }
      return;
    case stage::head:
      for (auto x : got)
        length_ = static_cast<std::uint16_t>(length_ << 8 | x); // The channel falls out.
      left_ -= got.size();
      if (left_ > 0)
        return;
      stage_ = length_ > 0 ? stage::body : stage::sign;
      left_ = length_;
      size_ = length_;
      taken_ = 0;
      return;
    case stage::body:
      take_body(got);
  }
}

void interleaved_reader::take_body(byte_view got) noexcept {
  for (std::size_t i = 0; i < got.size() && taken_ + i < begin_.size(); ++i)
    begin_[taken_ + i] = got[i];
  auto n = std::min(got.size(), tail_bytes);
  std::rotate(tail_.begin(), tail_.begin() + static_cast<std::ptrdiff_t>(n), tail_.end());
  std::copy(got.end() - static_cast<std::ptrdiff_t>(n), got.end(),
            tail_.end() - static_cast<std::ptrdiff_t>(n));
  taken_ += got.size();
  left_ -= got.size();
  if (left_ > 0)
    return;
  whole_ = true;
  stage_ = stage::sign;
}

bool interleaved_reader::marks_end_of(byte_view content) const noexcept {
  auto n = std::min(content.size(), tail_bytes);
  if (!whole_ || n < compared_min || size_ < rtp_header_bytes + n ||
      (begin_[0] & padding_bit) != 0 || (begin_[1] & marker_bit) == 0)
    return false;
  return std::equal(content.end() - static_cast<std::ptrdiff_t>(n), content.end(),
                    tail_.end() - static_cast<std::ptrdiff_t>(n));
}

interleaved_reader& interleaved_packets() noexcept {
  static interleaved_reader only;
  return only;
}

} // namespace camwall::media
