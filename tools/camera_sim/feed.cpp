#include "tools/camera_sim/feed.hpp"

#include "tools/camera_sim/serial_sei.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <span>
#include <utility>

namespace camwall::camera_sim {

namespace {

/// What may wait in a source for a client that does not read; beyond it, units are left out up to
/// the next keyframe, as a camera does.
constexpr std::uint64_t waiting_bytes_max = 4UL << 20U;

/// The same for audio: eight seconds of G.711. A client may leave the audio out, and then nothing
/// ever takes it.
constexpr std::uint64_t waiting_audio_bytes_max = 64UL << 10U;

/// Ninety ticks of the RTP clock.
constexpr std::int64_t flood_distance_ns = 1'000'000;

GstCaps* make_caps(const track& from) {
  GstCaps* caps = nullptr;
  switch (from.kind) {
    case codec::h264:
      caps = gst_caps_from_string("video/x-h264,stream-format=avc,alignment=au");
      break;
    case codec::h265:
      caps = gst_caps_from_string("video/x-h265,stream-format=hvc1,alignment=au");
      break;
    case codec::aac:
      caps = gst_caps_from_string("audio/mpeg,mpegversion=(int)4,stream-format=raw");
      break;
    case codec::pcm_mulaw:
      caps = gst_caps_from_string("audio/x-mulaw");
      break;
    case codec::pcm_alaw:
      caps = gst_caps_from_string("audio/x-alaw");
      break;
  }
  if (from.sample_rate > 0)
    gst_caps_set_simple(caps, "rate", G_TYPE_INT, from.sample_rate, "channels", G_TYPE_INT,
                        from.channels, nullptr);
  if (!from.configuration.empty()) {
    GstBuffer* record = gst_buffer_new_memdup(from.configuration.data(), from.configuration.size());
    gst_caps_set_simple(caps, "codec_data", GST_TYPE_BUFFER, record, nullptr);
    gst_buffer_unref(record);
  }
  return caps;
}

/// Bytes of length, and of the slice's header, where a wrong bit would be seen by any reader.
constexpr std::size_t kept_slice_bytes = 16;

/// Turns bits of the first slices' payload over.
void flip_bits(std::span<std::uint8_t> slices, int count, std::minstd_rand& random) {
  if (slices.size() <= kept_slice_bytes)
    return;
  std::uniform_int_distribution<std::size_t> place{kept_slice_bytes, slices.size() - 1};
  for (int i = 0; i < count; ++i)
    slices[place(random)] ^= static_cast<std::uint8_t>(1U << (random() % 8));
}

/// The access unit with, for video, the SEI of its serial before the first slice, and with wrong
/// bits in its slices.
GstBuffer* make_buffer(const access_unit& unit, codec kind, std::optional<std::uint64_t> serial,
                       int flipped_bits, std::minstd_rand& random) {
  if (!serial)
    return gst_buffer_new_memdup(unit.bytes.data(), unit.bytes.size());
  const auto sei = make_serial_sei(kind, *serial);
  const auto size = unit.bytes.size() + sei.size();
  auto* memory = static_cast<std::uint8_t*>(g_malloc(size));
  std::memcpy(memory, unit.bytes.data(), unit.first_slice);
  std::memcpy(memory + unit.first_slice, sei.data(), sei.size());
  std::memcpy(memory + unit.first_slice + sei.size(), unit.bytes.data() + unit.first_slice,
              unit.bytes.size() - unit.first_slice);
  flip_bits({memory + unit.first_slice + sei.size(), unit.bytes.size() - unit.first_slice},
            flipped_bits, random);
  return gst_buffer_new_wrapped(memory, size);
}

} // namespace

std::shared_ptr<feed> feed::make(std::shared_ptr<mount> of, GstElement* bin) {
  auto result = std::shared_ptr<feed>(new feed(std::move(of), bin));
  GstAppSrcCallbacks callbacks{};
  callbacks.need_data = [](GstAppSrc* source, guint, gpointer data) {
    if (auto medium = static_cast<std::weak_ptr<feed>*>(data)->lock())
      medium->prime(source);
  };
  for (const auto* on : {&result->video_, &result->audio_}) {
    if (on->source != nullptr)
      gst_app_src_set_callbacks(
        on->source, &callbacks, new std::weak_ptr<feed>(result),
        [](gpointer data) { delete static_cast<std::weak_ptr<feed>*>(data); });
  }
  return result;
}

feed::feed(std::shared_ptr<mount> of, GstElement* bin) : mount_(std::move(of)) {
  const auto playing = mount_->content();
  const auto& content = *playing;
  const auto now = mount_->now_ns();
  set_up(video_, bin, "video", playing, content.video);
  // The first unit goes out ahead of its time: a client that comes back at once must not get it
  // twice.
  const auto unsent = static_cast<std::uint64_t>(mount_->last_serial + 1);
  video_.position = std::max(content.video.first_due(now), unsent);
  video_.serial = video_.position;
  if (mount_->options.begins == start::keyframe)
    video_.position = content.video.next_keyframe(video_.position);
  video_.origin_ns = content.video.due_ns(video_.position);
  if (mount_->options.audio && content.audio) {
    set_up(audio_, bin, "audio", playing, *content.audio);
    audio_.position = content.audio->first_due(now);
    audio_.origin_ns = content.audio->due_ns(audio_.position);
    audio_.delay_ns = content.video.units.front().composition_ns;
  }
}

feed::~feed() {
  for (const auto* on : {&video_, &audio_}) {
    if (on->source != nullptr)
      gst_object_unref(on->source);
  }
}

void feed::set_up(cursor& on, GstElement* bin, const char* name,
                  std::shared_ptr<const clip> content, const track& from) {
  on.source = GST_APP_SRC(gst_bin_get_by_name_recurse_up(GST_BIN(bin), name));
  on.content = std::move(content);
  on.from = &from;
  on.waiting_bytes_max = &on == &video_ ? waiting_bytes_max : waiting_audio_bytes_max;
  GstCaps* caps = make_caps(from);
  g_object_set(on.source, "caps", caps, "format", GST_FORMAT_TIME, "is-live", TRUE, "do-timestamp",
               FALSE, "block", FALSE, "max-bytes", guint64{on.waiting_bytes_max}, nullptr);
  gst_caps_unref(caps);
}

void feed::prime(GstAppSrc* source) {
  const std::lock_guard lock{mutex_};
  auto& on = source == video_.source ? video_ : audio_;
  if (std::exchange(on.primed, true))
    return;
  push(on);
  step(on);
}

void feed::advance() {
  const std::lock_guard lock{mutex_};
  if (GST_STATE(video_.source) != GST_STATE_PLAYING)
    return;
  const auto running = gst_element_get_current_running_time(GST_ELEMENT(video_.source));
  if (!GST_CLOCK_TIME_IS_VALID(running))
    return;
  const auto now = static_cast<std::int64_t>(running);
  change_clip();
  video_.ahead_ns += (now - last_running_ns_) * (mount_->faults.speed - 1);
  last_running_ns_ = now;
  advance(video_, now + video_.ahead_ns);
  if (audio_.source != nullptr)
    advance(audio_, now);
}

/// Goes over to another clip of the same codec: its next keyframe follows the unit that was sent
/// last, in time and in its serial.
void feed::change_clip() {
  auto wanted = mount_->content();
  if (wanted == video_.content || wanted->video.kind != video_.from->kind)
    return;
  const auto decode = video_.from->due_ns(video_.position) - video_.origin_ns;
  video_.content = std::move(wanted);
  video_.from = &video_.content->video;
  video_.position = video_.from->next_keyframe(video_.from->first_due(mount_->now_ns()));
  video_.origin_ns = video_.from->due_ns(video_.position) - decode;
  GstCaps* caps = make_caps(*video_.from);
  gst_app_src_set_caps(video_.source, caps);
  gst_caps_unref(caps);
}

void feed::advance(cursor& on, std::int64_t media_ns) {
  const auto& faults = mount_->faults;
  const bool frozen = faults.frozen;
  while (on.primed && due_ns(on) <= media_ns) {
    const bool keyframe = on.from->unit(on.position).keyframe;
    const bool left_out = on.serial && keyframe && faults.keyframes_stopped;
    if (frozen || gst_app_src_get_current_level_bytes(on.source) > on.waiting_bytes_max) {
      on.wants_keyframe = true;
      mount_->units_dropped += frozen || !on.serial ? 0 : 1;
    } else if (keyframe && !left_out) {
      on.wants_keyframe = false;
    }
    if (!on.wants_keyframe && !left_out)
      push(on);
    step(on);
  }
}

/// A unit goes out when its decode time has come, late by the reordering delay, so that its
/// presentation time has come as well: the server's sinks would hold back what lies in the future.
std::int64_t feed::due_ns(const cursor& on) const {
  return on.from->due_ns(on.position) - on.origin_ns + on.from->composition_max_ns + on.delay_ns;
}

void feed::push(cursor& on) {
  const auto& unit = on.from->unit(on.position);
  GstBuffer* buffer =
    make_buffer(unit, on.from->kind, on.serial, mount_->faults.flipped_bits, random_);
  // In a flood the times of units that are due together lie apart as little as can be told.
  const auto decode =
    std::max(on.from->due_ns(on.position) - on.origin_ns + on.delay_ns - on.ahead_ns,
             on.last_decode_ns + flood_distance_ns);
  on.last_decode_ns = decode;
  GST_BUFFER_DTS(buffer) = static_cast<GstClockTime>(decode);
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(decode + unit.composition_ns);
  if (!unit.keyframe)
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT);
  if (gst_app_src_push_buffer(on.source, buffer) == GST_FLOW_OK && on.serial)
    mount_->count_sent(*on.serial);
}

void feed::step(cursor& on) {
  ++on.position;
  if (on.serial)
    ++*on.serial;
}

} // namespace camwall::camera_sim
