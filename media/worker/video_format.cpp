#include "media/worker/video_format.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace camwall::media {

namespace {

constexpr std::size_t sps_bytes_max = 1024;
constexpr int reorder_max = 16;
constexpr unsigned dimension_max = 16384;

/// Bits of a NAL unit, most significant first. Reading past the end gives zeros and is remembered.
class bit_reader {
public:
  explicit bit_reader(bytes data) : data_(std::move(data)) {
    // nop
  }

  unsigned bits(unsigned n) noexcept {
    unsigned x = 0;
    for (; n > 0; --n)
      x = x << 1 | bit();
    return x;
  }

  bool flag() noexcept {
    return bit() != 0;
  }

  void skip(unsigned n) noexcept {
    at_ += n;
    overrun_ = overrun_ || at_ > data_.size() * 8;
  }

  /// Exp-Golomb code (H.264 §9.1).
  unsigned ue() noexcept {
    unsigned zeros = 0;
    while (zeros < 32 && !overrun_ && bit() == 0)
      ++zeros;
    if (zeros == 0 || zeros >= 32)
      return 0;
    return (1U << zeros) - 1 + bits(zeros);
  }

  int se() noexcept {
    auto x = ue();
    return x % 2 == 1 ? static_cast<int>(x / 2 + 1) : -static_cast<int>(x / 2);
  }

  bool overrun() const noexcept {
    return overrun_;
  }

private:
  unsigned bit() noexcept {
    if (at_ >= data_.size() * 8) {
      overrun_ = true;
      return 0;
    }
    auto x = data_[at_ / 8] >> (7 - at_ % 8) & 1U;
    ++at_;
    return x;
  }

  bytes data_;
  std::size_t at_ = 0;
  bool overrun_ = false;
};

/// Removes the emulation prevention bytes (H.264 §7.4.1, H.265 §7.4.2).
bytes unescape(byte_view nal) {
  bytes out;
  out.reserve(nal.size());
  int zeros = 0;
  for (auto b : nal) {
    if (zeros >= 2 && b == 3) {
      zeros = 0;
      continue;
    }
    zeros = b == 0 ? zeros + 1 : 0;
    out.push_back(b);
  }
  return out;
}

void skip_scaling_list(bit_reader& in, int size) {
  unsigned last = 8;
  unsigned next = 8;
  for (int i = 0; i < size && !in.overrun(); ++i) {
    if (next != 0) // Unsigned: a step of any size wraps around to the same (H.264 §7.3.2.1.1.1).
      next = (last + static_cast<unsigned>(in.se())) % 256;
    last = next == 0 ? last : next;
  }
}

void skip_hrd(bit_reader& in) {
  auto count = std::min(in.ue(), 31U) + 1;
  in.skip(8);
  for (unsigned i = 0; i < count; ++i) {
    in.ue();
    in.ue();
    in.skip(1);
  }
  in.skip(20);
}

/// H.264 annex E: all of it is skipped but the number of reordered frames.
int h264_reorder(bit_reader& in) {
  if (in.flag() && in.bits(8) == 255)
    in.skip(32);
  if (in.flag())
    in.skip(1);
  if (in.flag()) {
    in.skip(4);
    if (in.flag())
      in.skip(24);
  }
  if (in.flag()) {
    in.ue();
    in.ue();
  }
  if (in.flag())
    in.skip(65);
  bool nal_hrd = in.flag();
  if (nal_hrd)
    skip_hrd(in);
  bool vcl_hrd = in.flag();
  if (vcl_hrd)
    skip_hrd(in);
  if (nal_hrd || vcl_hrd)
    in.skip(1);
  in.skip(1);
  if (!in.flag())
    return 0;
  in.skip(1);
  for (int i = 0; i < 4; ++i)
    in.ue();
  auto reorder = in.ue();
  return in.overrun() ? 0 : static_cast<int>(std::min<unsigned>(reorder, reorder_max));
}

bool has_chroma_format(unsigned profile) {
  constexpr std::array with{100U, 110U, 122U, 244U, 44U,  83U, 86U,
                            118U, 128U, 138U, 139U, 134U, 135U};
  return std::find(with.begin(), with.end(), profile) != with.end();
}

unsigned read_chroma_format(bit_reader& in) {
  auto chroma = in.ue();
  if (chroma == 3)
    in.skip(1);
  in.ue();
  in.ue();
  in.skip(1);
  if (in.flag())
    for (int i = 0; i < (chroma == 3 ? 12 : 8); ++i)
      if (in.flag())
        skip_scaling_list(in, i < 6 ? 16 : 64);
  return chroma;
}

/// Returns the type of picture order count.
unsigned skip_picture_order(bit_reader& in) {
  auto type = in.ue();
  if (type == 0) {
    in.ue();
  } else if (type == 1) {
    in.skip(1);
    in.se();
    in.se();
    auto cycle = std::min(in.ue(), 255U);
    for (unsigned i = 0; i < cycle; ++i)
      in.se();
  }
  return type;
}

struct window {
  unsigned left = 0;
  unsigned right = 0;
  unsigned top = 0;
  unsigned bottom = 0;
};

window read_window(bit_reader& in) {
  window x;
  if (in.flag()) {
    x.left = in.ue();
    x.right = in.ue();
    x.top = in.ue();
    x.bottom = in.ue();
  }
  return x;
}

/// Returns 0 for a size that nothing makes.
int cropped(std::uint64_t size, std::uint64_t crop) {
  return size > dimension_max || crop >= size ? 0 : static_cast<int>(size - crop);
}

std::optional<video_format> read_h264(byte_view nal) {
  if (nal.size() < 5)
    return std::nullopt;
  bit_reader in{unescape(nal.subspan(1))};
  auto profile = in.bits(8);
  auto constraints = in.bits(8);
  auto level = in.bits(8);
  in.ue();
  auto chroma = has_chroma_format(profile) ? read_chroma_format(in) : 1U;
  in.ue();
  auto order_type = skip_picture_order(in);
  in.ue();
  in.skip(1);
  auto width_mbs = std::uint64_t{in.ue()} + 1;
  auto height_units = std::uint64_t{in.ue()} + 1;
  unsigned fields = in.flag() ? 1 : 2;
  if (fields == 2)
    in.skip(1);
  in.skip(1);
  auto crop = read_window(in);
  if (in.overrun())
    return std::nullopt;
  std::uint64_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
  std::uint64_t unit_y = std::uint64_t{fields} * (chroma == 1 ? 2 : 1);
  video_format out;
  out.interlaced = fields == 2;
  std::array<char, 16> name{};
  std::snprintf(name.data(), name.size(), "avc1.%02x%02x%02x", profile, constraints, level);
  out.codecs = name.data();
  out.width = cropped(width_mbs * 16, (std::uint64_t{crop.left} + crop.right) * unit_x);
  out.height =
    cropped(height_units * 16 * fields, (std::uint64_t{crop.top} + crop.bottom) * unit_y);
  // Baseline knows no B-frames, and order type 2 forbids them.
  bool may_reorder = profile != 66 && order_type != 2;
  if (in.flag() && may_reorder)
    out.reorder = h264_reorder(in);
  if (out.width == 0 || out.height == 0)
    return std::nullopt;
  return out;
}

/// RFC 6381 and ISO/IEC 14496-15 annex E.3: reads the general part of profile_tier_level.
std::string read_h265_profile(bit_reader& in) {
  auto space = in.bits(2);
  bool high = in.flag();
  auto profile = in.bits(5);
  std::uint32_t compatible = 0;
  for (unsigned i = 0; i < 32; ++i)
    compatible |= in.bits(1) << i;
  std::array<unsigned, 6> constraints{};
  for (auto& x : constraints)
    x = in.bits(8);
  auto level = in.bits(8);
  constexpr std::array<const char*, 4> spaces{"", "A", "B", "C"};
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "hvc1.%s%u.%x.%c%u", spaces[space], profile, compatible,
                high ? 'H' : 'L', level);
  std::string out{text.data()};
  std::size_t used = constraints.size();
  while (used > 0 && constraints[used - 1] == 0)
    --used;
  for (std::size_t i = 0; i < used; ++i) {
    std::snprintf(text.data(), text.size(), ".%X", constraints[i]);
    out += text.data();
  }
  return out;
}

void skip_h265_sub_layers(bit_reader& in, unsigned sub_layers) {
  std::array<bool, 8> profile{};
  std::array<bool, 8> level{};
  for (unsigned i = 0; i < sub_layers; ++i) {
    profile[i] = in.flag();
    level[i] = in.flag();
  }
  if (sub_layers > 0)
    in.skip(2 * (8 - sub_layers));
  for (unsigned i = 0; i < sub_layers; ++i)
    in.skip((profile[i] ? 88U : 0U) + (level[i] ? 8U : 0U));
}

std::optional<video_format> read_h265(byte_view nal) {
  if (nal.size() < 15)
    return std::nullopt;
  bit_reader in{unescape(nal.subspan(2))};
  in.skip(4);
  auto sub_layers = in.bits(3);
  in.skip(1);
  video_format out;
  out.codecs = read_h265_profile(in);
  skip_h265_sub_layers(in, sub_layers);
  in.ue();
  auto chroma = in.ue();
  if (chroma == 3)
    in.skip(1);
  auto width = in.ue();
  auto height = in.ue();
  auto crop = read_window(in);
  in.ue();
  in.ue();
  in.ue();
  auto first = in.flag() ? 0U : sub_layers;
  unsigned reorder = 0;
  for (auto i = first; i <= sub_layers; ++i) {
    in.ue();
    reorder = in.ue();
    in.ue();
  }
  if (in.overrun())
    return std::nullopt;
  std::uint64_t unit_x = chroma == 1 || chroma == 2 ? 2 : 1;
  std::uint64_t unit_y = chroma == 1 ? 2 : 1;
  out.width = cropped(width, (std::uint64_t{crop.left} + crop.right) * unit_x);
  out.height = cropped(height, (std::uint64_t{crop.top} + crop.bottom) * unit_y);
  out.reorder = static_cast<int>(std::min<unsigned>(reorder, reorder_max));
  if (out.width == 0 || out.height == 0)
    return std::nullopt;
  return out;
}

} // namespace

std::optional<video_format> read_sps(video_codec codec, byte_view nal) {
  if (nal.size() > sps_bytes_max)
    return std::nullopt;
  return codec == video_codec::h264 ? read_h264(nal) : read_h265(nal);
}

} // namespace camwall::media
