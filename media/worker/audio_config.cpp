#include "media/worker/audio_config.hpp"

#include <array>

namespace camwall::media {

namespace {

constexpr std::array rates{96000, 88200, 64000, 48000, 44100, 32000, 24000,
                           22050, 16000, 12000, 11025, 8000,  7350};

constexpr int object_lc = 2;
constexpr int object_sbr = 5;
constexpr int object_ps = 29;

// A single channel element, or a channel pair, with all-zero spectra.
constexpr std::array<std::uint8_t, 6> silent_mono{0x00, 0xc8, 0x00, 0x80, 0x23, 0x80};
constexpr std::array<std::uint8_t, 9> silent_stereo{0x21, 0x00, 0x49, 0x90, 0x02,
                                                    0x19, 0x00, 0x23, 0x80};

class bits {
public:
  explicit bits(byte_view data) noexcept : data_(data) {
    // nop
  }

  int take(int n) noexcept {
    int x = 0;
    for (; n > 0; --n, ++at_) {
      auto byte = at_ / 8;
      auto bit = byte < data_.size() ? data_[byte] >> (7 - at_ % 8) & 1 : 0;
      x = x << 1 | bit;
    }
    return x;
  }

  bool overrun() const noexcept {
    return at_ > data_.size() * 8;
  }

private:
  byte_view data_;
  std::size_t at_ = 0;
};

int take_object_type(bits& in) {
  auto x = in.take(5);
  return x == 31 ? 32 + in.take(6) : x;
}

int take_rate(bits& in) {
  auto index = in.take(4);
  if (index == 15)
    return in.take(24);
  return index < static_cast<int>(rates.size()) ? rates[static_cast<std::size_t>(index)] : 0;
}

} // namespace

std::optional<audio_config> read_audio_config(byte_view data) {
  bits in{data};
  audio_config out;
  out.object_type = take_object_type(in);
  out.core_rate = take_rate(in);
  out.channels = in.take(4);
  auto coded = out.object_type;
  if (coded == object_sbr || coded == object_ps) {
    out.sbr = true;
    take_rate(in);
    coded = take_object_type(in);
  }
  if (coded == object_lc && in.take(1) == 1)
    out.frame_samples = 960;
  if (in.overrun() || out.core_rate <= 0 || out.object_type == 0)
    return std::nullopt;
  return out;
}

std::string codecs_of(const audio_config& x) {
  return "mp4a.40." + std::to_string(x.object_type);
}

byte_view silent_frame(const audio_config& x) noexcept {
  if (x.object_type != object_lc || x.frame_samples != 1024)
    return {};
  if (x.channels == 1)
    return silent_mono;
  return x.channels == 2 ? byte_view{silent_stereo} : byte_view{};
}

} // namespace camwall::media
