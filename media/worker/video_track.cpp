#include "media/worker/video_track.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace camwall::media {

namespace {

constexpr std::array<std::uint8_t, 4> start_code{0, 0, 0, 1};

/// Of one kind, in one access unit. A stream that sends more is hostile or broken.
constexpr std::size_t parameter_sets_max = 16;
constexpr std::size_t parameter_set_bytes_max = 4096;

bool is_parameter_set(nal_kind kind) {
  return kind == nal_kind::vps || kind == nal_kind::sps || kind == nal_kind::pps;
}

} // namespace

void append_nal(bytes& to, nal_framing framing, byte_view nal) {
  if (framing == nal_framing::start_codes) {
    append(to, start_code);
  } else {
    auto n = static_cast<std::uint32_t>(nal.size());
    for (int shift = 24; shift >= 0; shift -= 8)
      to.push_back(static_cast<std::uint8_t>(n >> shift));
  }
  append(to, nal);
}

video_track::video_track(video_codec codec, nal_framing framing)
  : codec_(codec), framing_(framing) {
  // nop
}

void video_track::collect(parameter_sets& into, nal_kind kind, byte_view nal) {
  auto& list = kind == nal_kind::vps ? into.vps : kind == nal_kind::sps ? into.sps : into.pps;
  if (list.size() >= parameter_sets_max || nal.size() > parameter_set_bytes_max)
    return;
  bytes copy{nal.begin(), nal.end()};
  if (std::find(list.begin(), list.end(), copy) == list.end())
    list.push_back(std::move(copy));
}

void video_track::take_extradata(byte_view annex_b) {
  parameter_sets found;
  nal_reader in{annex_b};
  while (auto nal = in.next())
    if (auto kind = kind_of(codec_, *nal); is_parameter_set(kind))
      collect(found, kind, *nal);
  learn(std::move(found));
}

/// An access unit may repeat some of the kinds only: the others stay as they are.
void video_track::learn(parameter_sets found) {
  if (found.vps.empty())
    found.vps = sets_.vps;
  if (found.sps.empty())
    found.sps = sets_.sps;
  if (found.pps.empty())
    found.pps = sets_.pps;
  if (found == sets_)
    return;
  bool whole =
    !found.sps.empty() && !found.pps.empty() && (codec_ == video_codec::h264 || !found.vps.empty());
  if (whole) {
    auto format = read_sps(codec_, found.sps.front());
    if (!format)
      return; // Damaged on the way: the good ones stay.
    format_ = *format;
    complete_ = true;
    changed_ = true;
  }
  sets_ = std::move(found);
}

bool video_track::convert(byte_view annex_b, bytes& out) {
  out.clear();
  out.reserve(annex_b.size() + 64);
  parameter_sets found;
  bool keyframe = false;
  std::size_t sets_at = 0; // Where parameter sets have to stand: behind a leading delimiter.
  nal_reader in{annex_b};
  while (auto nal = in.next()) {
    auto kind = kind_of(codec_, *nal);
    keyframe =
      keyframe || kind == nal_kind::random_access_slice || kind == nal_kind::recovery_point;
    if (is_parameter_set(kind)) {
      collect(found, kind, *nal);
      continue;
    }
    if (kind == nal_kind::delimiter && framing_ == nal_framing::length_prefixed)
      continue;
    bool leads = out.empty() && kind == nal_kind::delimiter;
    append_nal(out, framing_, *nal);
    if (leads)
      sets_at = out.size();
  }
  learn(std::move(found));
  if (keyframe && framing_ == nal_framing::start_codes) {
    auto sets = extradata();
    out.insert(out.begin() + static_cast<std::ptrdiff_t>(sets_at), sets.begin(), sets.end());
  }
  return keyframe;
}

bool video_track::take_changed() noexcept {
  return std::exchange(changed_, false);
}

bytes video_track::extradata() const {
  bytes out;
  for (const auto* list : {&sets_.vps, &sets_.sps, &sets_.pps})
    for (const auto& nal : *list)
      append_nal(out, nal_framing::start_codes, nal);
  return out;
}

} // namespace camwall::media
