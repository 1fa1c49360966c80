#include "media/worker/fragment.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <string_view>

namespace camwall::media {

namespace {

constexpr std::uint32_t track_id = 1;
constexpr std::uint32_t sync_sample = 0x02000000;     // Depends on no other.
constexpr std::uint32_t non_sync_sample = 0x01010000; // Depends on others, is no sync sample.

// ISO/IEC 14496-12 §8.8.7 and §8.8.8.
constexpr std::uint32_t default_base_is_moof = 0x020000;
constexpr std::uint32_t trun_fields = 0x000001 | 0x000100 | 0x000200 | 0x000400 | 0x000800;

constexpr std::size_t fixed_bytes = 8 + 16 + 8 + 16 + 20 + 20; // moof mfhd traf tfhd tfdt trun
constexpr std::size_t sample_bytes = 16;
constexpr std::size_t mdat_header_bytes = 8;

class box_writer {
public:
  explicit box_writer(bytes& to) : to_(to) {
    // nop
  }

  void u32(std::uint32_t x) {
    for (int shift = 24; shift >= 0; shift -= 8)
      to_.push_back(static_cast<std::uint8_t>(x >> shift));
  }

  void u64(std::uint64_t x) {
    u32(static_cast<std::uint32_t>(x >> 32));
    u32(static_cast<std::uint32_t>(x));
  }

  void box(std::size_t size, std::string_view type) {
    u32(static_cast<std::uint32_t>(size));
    to_.insert(to_.end(), type.begin(), type.end());
  }

private:
  bytes& to_;
};

std::uint32_t duration_of(const sample& x) {
  return static_cast<std::uint32_t>(
    std::clamp<std::int64_t>(x.duration, 0, std::numeric_limits<std::uint32_t>::max()));
}

} // namespace

void append_chunk(bytes& to, std::uint32_t number, std::span<const sample> samples) {
  assert(!samples.empty() && samples.front().dts >= 0);
  std::size_t payload = 0;
  for (const auto& x : samples)
    payload += x.data.size();
  auto moof = fixed_bytes + samples.size() * sample_bytes;
  to.reserve(to.size() + moof + mdat_header_bytes + payload);
  box_writer out{to};
  out.box(moof, "moof");
  out.box(16, "mfhd");
  out.u32(0);
  out.u32(number);
  out.box(moof - 24, "traf");
  out.box(16, "tfhd");
  out.u32(default_base_is_moof);
  out.u32(track_id);
  out.box(20, "tfdt");
  out.u32(0x01000000); // Version 1: 64 bits.
  out.u64(static_cast<std::uint64_t>(samples.front().dts));
  out.box(20 + samples.size() * sample_bytes, "trun");
  out.u32(0x01000000 | trun_fields); // Version 1: signed composition offsets.
  out.u32(static_cast<std::uint32_t>(samples.size()));
  out.u32(static_cast<std::uint32_t>(moof + mdat_header_bytes));
  for (const auto& x : samples) {
    out.u32(duration_of(x));
    out.u32(static_cast<std::uint32_t>(x.data.size()));
    out.u32(x.keyframe ? sync_sample : non_sync_sample);
    out.u32(static_cast<std::uint32_t>(static_cast<std::int32_t>(x.pts - x.dts)));
  }
  out.box(mdat_header_bytes + payload, "mdat");
  for (const auto& x : samples)
    append(to, x.data);
}

} // namespace camwall::media
