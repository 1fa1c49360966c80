#include "media/worker/camera_probe.hpp"

#include "media/worker/audio_track.hpp"
#include "media/worker/codec_names.hpp"
#include "media/worker/log.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace camwall::media {

namespace {

using std::chrono::steady_clock;

/// Larger access units come from no camera.
constexpr std::size_t access_unit_bytes_max = 16UL * 1024 * 1024;

/// What is not supported is not looked at for longer.
constexpr std::chrono::seconds glance{3};

double seconds(steady_clock::duration x) {
  return std::chrono::duration<double>(x).count();
}

} // namespace

camera_probe::camera_probe(rtsp_input& input, watch& guard, time_point order_time)
  : input_(input),
    guard_(guard),
    order_time_(order_time),
    units_(input.codec()),
    video_(input.codec(), nal_framing::length_prefixed) {
  const auto& known = *input.video().parameters;
  if (known.extradata != nullptr && known.extradata_size > 0 && input.other_codec().empty())
    video_.take_extradata({known.extradata, static_cast<std::size_t>(known.extradata_size)});
}

tl::expected<probed, failed> camera_probe::run(time_point deadline) {
  bool supported = input_.other_codec().empty();
  guard_.set_deadline(supported ? deadline : std::min(deadline, steady_clock::now() + glance));
  packet_ptr packet{av_packet_alloc()};
  while (!has_seen_enough()) {
    auto error = input_.read(*packet);
    bool late = guard_.deadline_passed() || guard_.stop_requested();
    if (error >= 0 && !late) {
      take(*packet);
      av_packet_unref(packet.get());
      if (units_.size() > access_unit_bytes_max)
        return fail(reason::protocol, "access unit of " + std::to_string(units_.size()) + " bytes");
      continue;
    }
    if (meter_.pictures() > 0 || !supported)
      break; // What came until then is worth telling.
    if (late)
      return fail(reason::stalled, "the camera accepted PLAY and sent no picture");
    return fail(classify(error, session_stage::starting, false),
                "the session ended: " + without_secrets(error_text(error)));
  }
  return report();
}

bool camera_probe::has_seen_enough() const noexcept {
  if (!input_.other_codec().empty())
    return meter_.span_s() >= watch_least_s;
  return meter_.keyframes() >= 2 && video_.complete() && meter_.span_s() >= watch_least_s;
}

void camera_probe::take(const AVPacket& packet) {
  note_clock();
  if (packet.stream_index != input_.video().index) {
    meter_.take_sound(static_cast<std::uint64_t>(packet.size));
    return;
  }
  std::optional<std::int64_t> pts;
  if (packet.pts != AV_NOPTS_VALUE)
    pts = av_rescale_q(packet.pts, input_.video().time_base, {1, ticks_per_second});
  take_video(packet, pts);
}

void camera_probe::take_video(const AVPacket& packet, std::optional<std::int64_t> pts) {
  auto now = steady_clock::now();
  if (!input_.other_codec().empty()) {
    bool keyframe = (packet.flags & AV_PKT_FLAG_KEY) != 0;
    meter_.take_picture(static_cast<std::uint64_t>(packet.size), keyframe, pts, now);
    return;
  }
  auto unit = units_.push({packet.data, static_cast<std::size_t>(packet.size)}, pts);
  if (!unit)
    return;
  bool keyframe = video_.convert(unit->data, converted_);
  units_.set_interlaced(video_.format().interlaced);
  meter_.take_picture(unit->data.size(), keyframe, unit->pts, now);
}

/// The report gives the time of the session's begin; what has passed since is little.
void camera_probe::note_clock() {
  auto at_camera = input_.begin_at_camera();
  if (clock_ahead_s_ || !at_camera)
    return;
  auto here = std::chrono::system_clock::now().time_since_epoch();
  clock_ahead_s_ = std::chrono::duration<double>(*at_camera - here).count();
}

probed camera_probe::report() const {
  probed x;
  describe_codec(x);
  x.transport = input_.transport();
  x.fps = meter_.fps();
  x.gop_s = meter_.gop_s();
  x.bitrate_bps = meter_.bitrate_bps();
  x.b_frames = meter_.has_b_frames();
  x.watched_s = meter_.span_s();
  if (auto at = meter_.first_keyframe_at())
    x.first_picture_s = seconds(*at - order_time_);
  x.clock_ahead_s = clock_ahead_s_;
  if (!input_.other_codec().empty()) {
    x.why = reason::unsupported_codec;
    x.detail = "video is " + x.video + ", neither H.264 nor H.265";
  } else if (!video_.complete()) {
    x.why = reason::no_video;
    x.detail = "the camera sends no usable parameter sets";
  }
  return x;
}

void camera_probe::describe_codec(probed& x) const {
  const auto& parameters = *input_.video().parameters;
  if (!input_.other_codec().empty()) {
    x.video = input_.other_codec();
    x.width = std::max(parameters.width, 0);
    x.height = std::max(parameters.height, 0);
  } else {
    x.video = video_.codec() == video_codec::h264 ? "h264" : "h265";
    x.codecs = video_.format().codecs;
    x.width = video_.format().width;
    x.height = video_.format().height;
    auto names = names_of(x.codecs);
    x.profile = std::move(names.profile);
    x.level = std::move(names.level);
  }
  if (!input_.audio())
    return;
  x.audio = avcodec_get_name(input_.audio()->parameters->codec_id);
  if (auto usable = audio_track::make(*input_.audio()); usable && !x.codecs.empty())
    x.codecs += ',' + usable->codecs();
}

} // namespace camwall::media
