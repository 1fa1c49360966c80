#include "media/worker/nal.hpp"

namespace camwall::media {

namespace {

nal_kind h264_kind(unsigned type) noexcept {
  switch (type) {
    case 1:
    case 2:
    case 3:
    case 4:
      return nal_kind::slice;
    case 5:
      return nal_kind::random_access_slice;
    case 7:
      return nal_kind::sps;
    case 8:
      return nal_kind::pps;
    case 9:
    case 10:
    case 11:
    case 12:
      return nal_kind::delimiter;
    default:
      return nal_kind::other;
  }
}

nal_kind h265_kind(unsigned type) noexcept {
  if (type < 16)
    return nal_kind::slice;
  if (type < 24)
    return nal_kind::random_access_slice;
  switch (type) {
    case 32:
      return nal_kind::vps;
    case 33:
      return nal_kind::sps;
    case 34:
      return nal_kind::pps;
    case 35:
    case 36:
    case 37:
    case 38:
      return nal_kind::delimiter;
    default:
      return nal_kind::other;
  }
}

/// Position of the next `00 00 01`, or the size.
std::size_t find_start_code(byte_view x) noexcept {
  std::size_t i = 2;
  while (i < x.size()) {
    // A byte above 1 can be in no start code, so that the two after it need no look.
    if (x[i] > 1)
      i += 3;
    else if (x[i] == 1 && x[i - 1] == 0 && x[i - 2] == 0)
      return i - 2;
    else
      ++i;
  }
  return x.size();
}

} // namespace

nal_kind kind_of(video_codec codec, byte_view nal) noexcept {
  constexpr unsigned sei = 6;
  constexpr unsigned recovery_point_payload = 6; // H.264 §D.1
  if (codec == video_codec::h264) {
    unsigned type = nal[0] & 0x1FU;
    if (type == sei && nal.size() > 1 && nal[1] == recovery_point_payload)
      return nal_kind::recovery_point;
    return h264_kind(type);
  }
  return h265_kind((nal[0] >> 1) & 0x3FU);
}

nal_reader::nal_reader(byte_view stream) noexcept {
  auto at = find_start_code(stream);
  if (at < stream.size())
    rest_ = stream.subspan(at + 3);
}

std::optional<byte_view> nal_reader::next() noexcept {
  while (!rest_.empty()) {
    auto end = find_start_code(rest_);
    auto nal = rest_.first(end);
    rest_ = end < rest_.size() ? rest_.subspan(end + 3) : byte_view{};
    while (!nal.empty() && nal.back() == 0)
      nal = nal.first(nal.size() - 1);
    if (!nal.empty())
      return nal;
  }
  return std::nullopt;
}

} // namespace camwall::media
