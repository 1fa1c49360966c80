#pragma once

#include "tools/camera_sim/clip.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace camwall::camera_sim {

/// Marks our SEI messages among others (user_data_unregistered, ITU-T H.264 §D.1.7, H.265 §D.2.7).
/// tests/support/sei.py knows the same number.
inline constexpr std::array<std::uint8_t, 16> serial_sei_uuid = {
  0x63, 0x61, 0x6d, 0x77, 0x61, 0x6c, 0x6c, 0x2d, 0x73, 0x65, 0x72, 0x69, 0x61, 0x6c, 0x2d, 0x31};

/// Where the first slice (VCL NAL unit) of an access unit begins, its four bytes of length
/// included. Nothing when there is none or a length does not fit.
std::optional<std::size_t> find_first_slice(codec kind, std::span<const std::uint8_t> access_unit);

/// A whole SEI NAL unit behind four bytes of length: the UUID and `serial`, eight bytes,
/// big-endian, with emulation prevention (ITU-T H.264 §7.4.1, H.265 §7.4.2). `kind` is h264 or
/// h265.
std::vector<std::uint8_t> make_serial_sei(codec kind, std::uint64_t serial);

} // namespace camwall::camera_sim
