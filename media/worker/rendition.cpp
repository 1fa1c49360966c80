#include "media/worker/rendition.hpp"

#include "media/worker/timestamps.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace camwall::media {

namespace {

constexpr int quality_max = 100;

int quality_of(int quality) noexcept {
  return quality == 0 ? rendition_quality_default : std::clamp(quality, 1, quality_max);
}

int even(double x) noexcept {
  return static_cast<int>(std::lround(x / 2)) * 2;
}

int side(double x) noexcept {
  return std::clamp(even(x), rendition_side_min, rendition_side_max);
}

} // namespace

picture_size size_of(const rendition& wanted, picture_size native, double pixel_aspect) noexcept {
  if (wanted.width != 0 && wanted.height != 0)
    return {.width = side(wanted.width), .height = side(wanted.height)};
  double width = native.width;
  double height = native.height;
  if (wanted.width != 0 || wanted.height != 0) {
    auto aspect = width * (pixel_aspect > 0 ? pixel_aspect : 1) / height;
    width = wanted.width != 0 ? wanted.width : wanted.height * aspect;
    height = width / aspect;
  }
  auto shrink = std::min(1.0, rendition_side_max / std::max(width, height));
  return {.width = side(width * shrink), .height = side(height * shrink)};
}

int jpeg_quantiser(int quality) noexcept {
  // libjpeg's jpeg_quality_scaling() gives percents of the tables of ISO/IEC 10918-1 annex K, whose
  // mean is 57.6; libav's table has a mean of 32 and is taken times quantiser / 8.
  constexpr double quantiser_of_100_percent = 57.6 * 8 / 32;
  double q = quality_of(quality);
  double percent = q < 50 ? 5000 / q : 200 - 2 * q;
  return static_cast<int>(
    std::clamp(std::round(percent / 100 * quantiser_of_100_percent), 1.0, 31.0));
}

std::int64_t mpeg1_bit_rate(picture_size size, int quality) noexcept {
  // About 1.4 Mbit/s for 640 x 360 at quality 80; a picture twice as large needs less than twice.
  constexpr double bits_at_100 = 620;
  constexpr double size_exponent = 0.75;
  constexpr std::int64_t least = 100'000;
  auto pixels = static_cast<double>(size.width) * size.height;
  auto share = std::pow(quality_of(quality) / 100.0, 2);
  return std::max<std::int64_t>(
    least, std::llround(bits_at_100 * share * std::pow(pixels, size_exponent) / 3));
}

rendition_pace::rendition_pace(int fps) noexcept : interval_(fps > 0 ? ticks_per_second / fps : 0) {
  // nop
}

bool rendition_pace::takes(std::int64_t pts) noexcept {
  if (interval_ == 0)
    return true;
  auto distance = std::clamp<std::int64_t>(pts - std::exchange(last_, pts), 0, interval_);
  bool went_back = next_ && pts < *next_ - 2 * interval_;
  if (!next_ || went_back) {
    next_ = pts + interval_;
    return true;
  }
  if (pts < *next_ - distance / 2)
    return false; // The one that follows is nearer.
  next_ = std::max(*next_ + interval_, pts + interval_ / 2);
  return true;
}

} // namespace camwall::media
