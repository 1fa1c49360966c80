#include "tools/camera_sim/packet_filter.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <string_view>
#include <utility>

namespace camwall::camera_sim {

namespace {

constexpr gsize timestamp_at = 4;
constexpr int video_clock_rate = 90'000;

/// The filter of one track; used by the thread that sends it.
class packet_filter {
public:
  packet_filter(std::shared_ptr<mount> of, bool video)
    : mount_(std::move(of)), video_(video), resets_seen_(faults().clock_resets) {
    // nop
  }

  /// Whether packets pass as they are.
  bool idle() const {
    const auto& wanted = faults();
    return resets_seen_ == wanted.clock_resets && !origin_ && wanted.clock_jump_s == 0 &&
           !wanted.clock_stopped && wanted.lost == 0 && wanted.reordered == 0;
  }

  /// Null when the packet is lost.
  GstBuffer* pass(GstBuffer* packet, int clock_rate) {
    if (chance(faults().lost)) {
      gst_buffer_unref(packet);
      return nullptr;
    }
    packet = gst_buffer_make_writable(packet);
    std::array<guint8, 4> bytes{};
    if (gst_buffer_extract(packet, timestamp_at, bytes.data(), bytes.size()) != bytes.size())
      return packet;
    const auto wrong = shift(GST_READ_UINT32_BE(bytes.data()), clock_rate);
    GST_WRITE_UINT32_BE(bytes.data(), wrong);
    gst_buffer_fill(packet, timestamp_at, bytes.data(), bytes.size());
    return packet;
  }

  GstBufferList* pass(GstBufferList* packets, int clock_rate) {
    packets = gst_buffer_list_make_writable(packets);
    struct call {
      packet_filter& self;
      int clock_rate;
    } data{*this, clock_rate};
    gst_buffer_list_foreach(
      packets,
      [](GstBuffer** packet, guint, gpointer of) -> gboolean {
        auto& [self, rate] = *static_cast<call*>(of);
        *packet = self.pass(*packet, rate);
        return TRUE;
      },
      &data);
    for (guint i = 0; i + 1 < gst_buffer_list_length(packets); ++i) {
      if (!chance(faults().reordered))
        continue;
      auto* moved = gst_buffer_ref(gst_buffer_list_get(packets, i));
      gst_buffer_list_remove(packets, i, 1);
      gst_buffer_list_insert(packets, static_cast<gint>(i) + 1, moved);
      ++i;
    }
    return packets;
  }

  /// An audio payloader tells the rate of its clock in its caps.
  int clock_rate(GstPad* pad) const {
    int rate = video_clock_rate;
    if (video_)
      return rate;
    if (GstCaps* caps = gst_pad_get_current_caps(pad)) {
      gst_structure_get_int(gst_caps_get_structure(caps, 0), "clock-rate", &rate);
      gst_caps_unref(caps);
    }
    return rate;
  }

private:
  const mount_faults& faults() const {
    return mount_->faults;
  }

  bool chance(double share) {
    return share > 0 && std::uniform_real_distribution{0.0, 1.0}(random_) < share;
  }

  std::uint32_t shift(std::uint32_t timestamp, int clock_rate) {
    if (const auto resets = faults().clock_resets.load(); resets != resets_seen_) {
      resets_seen_ = resets;
      origin_ = timestamp;
    }
    if (faults().clock_stopped && last_)
      return *last_;
    const auto jump = std::llround(faults().clock_jump_s * clock_rate);
    last_ = timestamp - origin_.value_or(0) + static_cast<std::uint32_t>(jump);
    return *last_;
  }

  const std::shared_ptr<mount> mount_;
  const bool video_;
  unsigned resets_seen_;
  /// What the camera's clock said when it was reset.
  std::optional<std::uint32_t> origin_;
  std::optional<std::uint32_t> last_;
  std::minstd_rand random_;
};

GstPadProbeReturn on_packets(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto& filter = *static_cast<packet_filter*>(data);
  if (filter.idle())
    return GST_PAD_PROBE_OK;
  const auto rate = filter.clock_rate(pad);
  if ((info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0) {
    auto* packets = filter.pass(GST_PAD_PROBE_INFO_BUFFER_LIST(info), rate);
    info->data = packets;
    if (gst_buffer_list_length(packets) != 0)
      return GST_PAD_PROBE_OK;
    gst_buffer_list_unref(packets);
  } else {
    info->data = filter.pass(GST_PAD_PROBE_INFO_BUFFER(info), rate);
    if (info->data != nullptr)
      return GST_PAD_PROBE_OK;
  }
  // Handled: what is lost has been freed, and the payloader is told that all went well.
  info->data = nullptr;
  return GST_PAD_PROBE_HANDLED;
}

} // namespace

void filter_packets(const std::shared_ptr<mount>& of, GstElement* bin) {
  for (const auto* name : {"pay0", "pay1"}) {
    GstElement* payloader = gst_bin_get_by_name_recurse_up(GST_BIN(bin), name);
    if (payloader == nullptr)
      continue;
    GstPad* pad = gst_element_get_static_pad(payloader, "src");
    gst_pad_add_probe(
      pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      on_packets, new packet_filter{of, name == std::string_view{"pay0"}},
      [](gpointer memory) { delete static_cast<packet_filter*>(memory); });
    gst_object_unref(pad);
    gst_object_unref(payloader);
  }
}

} // namespace camwall::camera_sim
