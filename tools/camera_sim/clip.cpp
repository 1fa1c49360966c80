#include "tools/camera_sim/clip.hpp"

#include "tools/camera_sim/serial_sei.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <algorithm>
#include <array>

namespace camwall::camera_sim {

namespace {

/// A clip is held in memory as a whole: a larger file is taken for a mistake.
constexpr std::size_t clip_bytes_max = 256UL << 20U;

/// Cameras send G.711 in packets of 20 to 40 ms: 320 bytes are 40 ms at 8 kHz.
constexpr std::size_t pcm_unit_bytes = 320;

constexpr AVRational nanoseconds{1, 1'000'000'000};

struct format_closer {
  void operator()(AVFormatContext* context) const {
    avformat_close_input(&context);
  }
};

struct packet_freer {
  void operator()(AVPacket* packet) const {
    av_packet_free(&packet);
  }
};

using format_ptr = std::unique_ptr<AVFormatContext, format_closer>;
using packet_ptr = std::unique_ptr<AVPacket, packet_freer>;

std::optional<codec> codec_of(AVCodecID id) {
  switch (id) {
    case AV_CODEC_ID_H264:
      return codec::h264;
    case AV_CODEC_ID_HEVC:
      return codec::h265;
    case AV_CODEC_ID_AAC:
      return codec::aac;
    case AV_CODEC_ID_PCM_MULAW:
      return codec::pcm_mulaw;
    case AV_CODEC_ID_PCM_ALAW:
      return codec::pcm_alaw;
    default:
      return std::nullopt;
  }
}

bool is_pcm(codec kind) {
  return kind == codec::pcm_mulaw || kind == codec::pcm_alaw;
}

tl::expected<track, std::string> describe(const AVStream& stream) {
  const auto& parameters = *stream.codecpar;
  auto kind = codec_of(parameters.codec_id);
  if (!kind)
    return tl::unexpected(std::string{"cannot send "} + avcodec_get_name(parameters.codec_id));
  track result;
  result.kind = *kind;
  result.sample_rate = parameters.sample_rate;
  result.channels = parameters.ch_layout.nb_channels;
  if (parameters.extradata_size > 0)
    result.configuration.assign(parameters.extradata,
                                parameters.extradata + parameters.extradata_size);
  if (!is_pcm(*kind) && result.configuration.empty())
    return tl::unexpected(std::string{"a track has no configuration record"});
  return result;
}

void append(track& to, const AVPacket& packet, AVRational time_base) {
  access_unit unit;
  unit.bytes.assign(packet.data, packet.data + packet.size);
  unit.decode_ns = av_rescale_q(packet.dts, time_base, nanoseconds);
  unit.composition_ns = av_rescale_q(packet.pts, time_base, nanoseconds) - unit.decode_ns;
  unit.keyframe = (packet.flags & AV_PKT_FLAG_KEY) != 0;
  to.duration_ns = unit.decode_ns + av_rescale_q(packet.duration, time_base, nanoseconds);
  to.units.push_back(std::move(unit));
}

/// MOV hands out PCM in chunks of its own choice: cut them into a camera's packets.
void cut_pcm(track& audio) {
  std::vector<std::uint8_t> samples;
  for (const auto& unit : audio.units)
    samples.insert(samples.end(), unit.bytes.begin(), unit.bytes.end());
  audio.units.clear();
  const auto unit_ns = static_cast<std::int64_t>(pcm_unit_bytes) * nanoseconds.den /
                       std::max(1, audio.sample_rate * audio.channels);
  for (std::size_t at = 0; at + pcm_unit_bytes <= samples.size(); at += pcm_unit_bytes) {
    access_unit unit;
    const auto* first = samples.data() + at;
    unit.bytes.assign(first, first + pcm_unit_bytes);
    unit.decode_ns = static_cast<std::int64_t>(audio.units.size()) * unit_ns;
    unit.keyframe = true;
    audio.units.push_back(std::move(unit));
  }
  audio.duration_ns = static_cast<std::int64_t>(audio.units.size()) * unit_ns;
}

/// Starts the timeline at 0 and finds what the sender needs to know of each unit.
tl::expected<void, std::string> settle(track& of) {
  if (of.units.empty())
    return tl::unexpected(std::string{"a track is empty"});
  const auto origin = of.units.front().decode_ns;
  of.duration_ns -= origin;
  const bool video = of.kind == codec::h264 || of.kind == codec::h265;
  for (auto& unit : of.units) {
    unit.decode_ns -= origin;
    unit.composition_ns = std::max<std::int64_t>(0, unit.composition_ns);
    of.composition_max_ns = std::max(of.composition_max_ns, unit.composition_ns);
    if (!video)
      continue;
    auto slice = find_first_slice(of.kind, unit.bytes);
    if (!slice)
      return tl::unexpected(std::string{"an access unit has no slice"});
    unit.first_slice = *slice;
  }
  if (!of.units.front().keyframe)
    return tl::unexpected(std::string{"a track does not begin with a keyframe"});
  if (of.duration_ns <= of.units.back().decode_ns)
    return tl::unexpected(std::string{"the last unit of a track has no duration"});
  return {};
}

tl::expected<std::shared_ptr<const clip>, std::string> read_tracks(AVFormatContext& input) {
  const int video_index = av_find_best_stream(&input, AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  const int audio_index = av_find_best_stream(&input, AVMEDIA_TYPE_AUDIO, -1, -1, nullptr, 0);
  if (video_index < 0)
    return tl::unexpected(std::string{"there is no video track"});
  auto result = std::make_shared<clip>();
  auto video = describe(*input.streams[video_index]);
  if (!video)
    return tl::unexpected(video.error());
  result->video = std::move(*video);
  track* audio = nullptr;
  if (audio_index >= 0) {
    auto described = describe(*input.streams[audio_index]);
    if (!described)
      return tl::unexpected(described.error());
    audio = &result->audio.emplace(std::move(*described));
  }
  std::size_t bytes = 0;
  const packet_ptr packet{av_packet_alloc()};
  while (av_read_frame(&input, packet.get()) >= 0) {
    bytes += static_cast<std::size_t>(packet->size);
    if (bytes > clip_bytes_max)
      return tl::unexpected(std::string{"it is too large to be held in memory"});
    if (packet->stream_index == video_index)
      append(result->video, *packet, input.streams[video_index]->time_base);
    else if (packet->stream_index == audio_index)
      append(*audio, *packet, input.streams[audio_index]->time_base);
    av_packet_unref(packet.get());
  }
  if (audio != nullptr && is_pcm(audio->kind))
    cut_pcm(*audio);
  if (auto settled = settle(result->video); !settled)
    return tl::unexpected(settled.error());
  if (audio != nullptr) {
    if (auto settled = settle(*audio); !settled)
      return tl::unexpected(settled.error());
  }
  return result;
}

} // namespace

std::int64_t track::due_ns(std::uint64_t position) const {
  const auto loops = static_cast<std::int64_t>(position / units.size());
  return loops * duration_ns + unit(position).decode_ns;
}

std::uint64_t track::first_due(std::int64_t at_ns) const {
  const auto loops = static_cast<std::uint64_t>(at_ns / duration_ns);
  const auto in_loop = at_ns % duration_ns;
  const auto found = std::lower_bound(
    units.begin(), units.end(), in_loop,
    [](const access_unit& unit, std::int64_t wanted) { return unit.decode_ns < wanted; });
  return loops * units.size() + static_cast<std::uint64_t>(found - units.begin());
}

std::uint64_t track::next_keyframe(std::uint64_t position) const {
  while (!unit(position).keyframe)
    ++position;
  return position;
}

tl::expected<std::shared_ptr<const clip>, std::string> load_clip(
  const std::filesystem::path& file) {
  const auto failure = [&file](const std::string& why) {
    return tl::unexpected("clip " + file.string() + ": " + why);
  };
  AVFormatContext* opened = nullptr;
  int code = avformat_open_input(&opened, file.c_str(), nullptr, nullptr);
  const format_ptr input{opened};
  if (code >= 0)
    code = avformat_find_stream_info(input.get(), nullptr);
  if (code < 0) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
    av_strerror(code, text.data(), text.size());
    return failure(text.data());
  }
  auto result = read_tracks(*input);
  if (!result)
    return failure(result.error());
  return result;
}

} // namespace camwall::camera_sim
