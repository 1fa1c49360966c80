#include "tools/camera_sim/mount.hpp"

#include "tools/camera_sim/feed.hpp"
#include "tools/camera_sim/live_source.hpp"
#include "tools/camera_sim/pacer.hpp"
#include "tools/camera_sim/packet_filter.hpp"

#include <chrono>
#include <utility>

namespace camwall::camera_sim {

namespace {

/// UDP media is sent from loopback as well, whatever the client asks for.
constexpr guint16 udp_port_first = 40000;
constexpr guint16 udp_port_last = 60000;

/// What the factory's signal needs; freed with the handler.
struct configuration {
  std::shared_ptr<mount> of;
  pacer& by;
};

const char* payloader(codec kind) {
  switch (kind) {
    case codec::h264:
      return "rtph264pay config-interval=-1 pt=96";
    case codec::h265:
      return "rtph265pay config-interval=-1 pt=96";
    case codec::aac:
      return "rtpmp4gpay pt=97";
    case codec::pcm_mulaw:
      return "rtppcmupay pt=0";
    case codec::pcm_alaw:
      return "rtppcmapay pt=8";
  }
  return "fakesink";
}

std::string launch_line(const mount& of) {
  if (of.options.live)
    return std::string{"( appsrc name=video ! "} + payloader(codec::h264) + " name=pay0 )";
  const auto content = of.content();
  std::string line =
    std::string{"( appsrc name=video ! "} + payloader(content->video.kind) + " name=pay0 ";
  if (const auto& audio = content->audio; audio && of.options.audio)
    line += std::string{"appsrc name=audio ! "} + payloader(audio->kind) + " name=pay1 ";
  return line + ")";
}

void unprepared(GstRTSPMedia* /*media*/, gpointer data) {
  const auto& [played, by] = *static_cast<std::pair<std::shared_ptr<feed>, pacer*>*>(data);
  by->remove(played);
}

/// The source hears of the medium's end before the medium goes.
void configure_live(const std::shared_ptr<mount>& of, GstRTSPMedia* media, GstElement* bin) {
  GstElement* into = gst_bin_get_by_name_recurse_up(GST_BIN(bin), "video");
  of->options.live->join(of, GST_APP_SRC(into));
  using held = std::pair<std::shared_ptr<live_source>, GstAppSrc*>;
  const auto left = [](GstRTSPMedia*, gpointer data) {
    const auto& [source, listener] = *static_cast<held*>(data);
    source->leave(listener);
  };
  g_signal_connect_data(
    media, "unprepared", G_CALLBACK(+left), new held{of->options.live, GST_APP_SRC(into)},
    [](gpointer memory, GClosure*) { delete static_cast<held*>(memory); }, GConnectFlags{});
  gst_object_unref(into);
}

void configure(GstRTSPMediaFactory* /*factory*/, GstRTSPMedia* media, gpointer data) {
  auto& chosen = *static_cast<configuration*>(data);
  GstElement* bin = gst_rtsp_media_get_element(media);
  filter_packets(chosen.of, bin);
  if (chosen.of->options.live)
    configure_live(chosen.of, media, bin);
  auto played = chosen.of->options.content ? feed::make(chosen.of, bin) : nullptr;
  gst_object_unref(bin);
  if (!played)
    return;

  using held = std::pair<std::shared_ptr<feed>, pacer*>;
  g_signal_connect_data(
    media, "unprepared", G_CALLBACK(unprepared), new held{played, &chosen.by},
    [](gpointer memory, GClosure*) { delete static_cast<held*>(memory); }, GConnectFlags{});
  chosen.by.add(std::move(played));
}

GstRTSPLowerTrans protocols(transport chosen) {
  switch (chosen) {
    case transport::tcp:
      return GST_RTSP_LOWER_TRANS_TCP;
    case transport::udp:
      return GST_RTSP_LOWER_TRANS_UDP;
    case transport::both:
      break;
  }
  return static_cast<GstRTSPLowerTrans>(GST_RTSP_LOWER_TRANS_TCP | GST_RTSP_LOWER_TRANS_UDP);
}

} // namespace

mount::mount(std::string camera_name, mount_options chosen)
  : name(std::move(camera_name) + "/" + chosen.path),
    options(std::move(chosen)),
    content_(options.content) {
  // nop
}

void mount_faults::heal() {
  frozen = keyframes_stopped = clock_stopped = false;
  speed = 1;
  flipped_bits = 0;
  lost = reordered = clock_jump_s = 0;
}

std::shared_ptr<const clip> mount::content() const {
  const std::lock_guard lock{content_mutex_};
  return content_;
}

void mount::play(const std::shared_ptr<const clip>& next) {
  const std::lock_guard lock{content_mutex_};
  content_ = next ? next : options.content;
}

void mount::count_sent(std::uint64_t serial) {
  ++units_sent;
  const auto sent = static_cast<std::int64_t>(serial);
  auto highest = last_serial.load();
  while (highest < sent && !last_serial.compare_exchange_weak(highest, sent)) {
    // `highest` has been read anew.
  }
}

std::int64_t mount::now_ns() const {
  using std::chrono::steady_clock;
  static const auto begin = steady_clock::now();
  return options.head_start_ns +
         std::chrono::duration_cast<std::chrono::nanoseconds>(steady_clock::now() - begin).count();
}

GstRTSPMediaFactory* make_factory(const std::shared_ptr<mount>& of, pacer& by,
                                  const std::string& role) {
  GstRTSPMediaFactory* factory = gst_rtsp_media_factory_new();
  renew_factory(factory, *of);
  // A medium that clients share waits for ever at a track that its first client did not set up, and
  // answers 503 to everybody else. So each session has one, at the same place of the timeline.
  gst_rtsp_media_factory_set_shared(factory, FALSE);
  gst_rtsp_media_factory_set_protocols(factory, protocols(of->options.transports));

  GstRTSPAddressPool* pool = gst_rtsp_address_pool_new();
  gst_rtsp_address_pool_add_range(pool, "127.0.0.1", "127.0.0.1", udp_port_first, udp_port_last, 0);
  gst_rtsp_media_factory_set_address_pool(factory, pool);
  g_object_unref(pool);

  if (!role.empty())
    gst_rtsp_media_factory_add_role(factory, role.c_str(), GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
                                    G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
                                    G_TYPE_BOOLEAN, TRUE, nullptr);
  g_signal_connect_data(
    factory, "media-configure", G_CALLBACK(configure), new configuration{of, by},
    [](gpointer memory, GClosure*) { delete static_cast<configuration*>(memory); },
    GConnectFlags{});
  return factory;
}

void renew_factory(GstRTSPMediaFactory* factory, const mount& of) {
  gst_rtsp_media_factory_set_launch(factory, launch_line(of).c_str());
}

} // namespace camwall::camera_sim
