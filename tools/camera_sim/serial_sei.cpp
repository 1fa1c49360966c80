#include "tools/camera_sim/serial_sei.hpp"

namespace camwall::camera_sim {

namespace {

constexpr std::size_t length_bytes = 4;
constexpr std::uint8_t user_data_unregistered = 5;
constexpr std::uint8_t rbsp_stop_bit = 0x80;
constexpr std::uint8_t emulation_prevention = 0x03;

/// ITU-T H.264 table 7-1: types 1 to 5 are slices; H.265 table 7-1: types 0 to 31.
bool is_slice(codec kind, std::uint8_t first_byte) {
  if (kind == codec::h265)
    return ((first_byte >> 1U) & 0x3fU) < 32;
  const auto type = first_byte & 0x1fU;
  return type >= 1 && type <= 5;
}

void put_big_endian(std::vector<std::uint8_t>& to, std::uint64_t value, int bytes) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8)
    to.push_back(static_cast<std::uint8_t>(value >> static_cast<unsigned>(shift)));
}

} // namespace

std::optional<std::size_t> find_first_slice(codec kind, std::span<const std::uint8_t> access_unit) {
  std::size_t at = 0;
  while (at + length_bytes < access_unit.size()) {
    std::size_t length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i)
      length = (length << 8U) | access_unit[at + i];
    if (length == 0 || length > access_unit.size() - at - length_bytes)
      return std::nullopt;
    if (is_slice(kind, access_unit[at + length_bytes]))
      return at;
    at += length_bytes + length;
  }
  return std::nullopt;
}

std::vector<std::uint8_t> make_serial_sei(codec kind, std::uint64_t serial) {
  std::vector<std::uint8_t> payload{serial_sei_uuid.begin(), serial_sei_uuid.end()};
  put_big_endian(payload, serial, 8);

  std::vector<std::uint8_t> rbsp{user_data_unregistered, static_cast<std::uint8_t>(payload.size())};
  rbsp.insert(rbsp.end(), payload.begin(), payload.end());
  rbsp.push_back(rbsp_stop_bit);

  std::vector<std::uint8_t> nal;
  if (kind == codec::h265)
    nal = {39U << 1U, 1}; // PREFIX_SEI_NUT, layer 0, temporal id 0
  else
    nal = {6};
  int zeros = 0;
  for (const auto byte : rbsp) {
    if (zeros >= 2 && byte <= emulation_prevention) {
      nal.push_back(emulation_prevention);
      zeros = 0;
    }
    nal.push_back(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }

  std::vector<std::uint8_t> result;
  result.reserve(length_bytes + nal.size());
  put_big_endian(result, nal.size(), length_bytes);
  result.insert(result.end(), nal.begin(), nal.end());
  return result;
}

} // namespace camwall::camera_sim
