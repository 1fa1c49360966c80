#include "tools/camera_sim/live_source.hpp"

#include <algorithm>
#include <utility>

namespace camwall::camera_sim {

namespace {

/// A keyframe comes at once; the kernel keeps it until the receiving thread takes it.
constexpr int receive_buffer_bytes = 2 << 20U;

/// What may wait for a client that does not read; beyond it, units are left out up to the next
/// keyframe.
constexpr std::uint64_t waiting_bytes_max = 4UL << 20U;

/// What comes over the network is passed on as it comes: no buffer, no clock of its own.
std::string launch_line(std::uint16_t port) {
  return std::string{"udpsrc address="} + live_group + " port=" + std::to_string(port) +
         " multicast-iface=lo buffer-size=" + std::to_string(receive_buffer_bytes) +
         " caps=\"application/x-rtp,media=video,clock-rate=90000,encoding-name=H264,payload=96\""
         " ! rtph264depay ! h264parse ! video/x-h264,stream-format=avc,alignment=au"
         " ! appsink name=units sync=false";
}

} // namespace

tl::expected<std::shared_ptr<live_source>, std::string> live_source::open(std::uint16_t port) {
  const auto failed = [port](const char* why) {
    return tl::unexpected("cannot receive on port " + std::to_string(port) + " of " + live_group +
                          ": " + why);
  };
  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(launch_line(port).c_str(), &error);
  if (error != nullptr) {
    std::string why = error->message;
    g_error_free(error);
    g_clear_object(&pipeline);
    return failed(why.c_str());
  }
  std::shared_ptr<live_source> result{new live_source{pipeline}};
  if (gst_element_set_state(pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    return failed("the port cannot be opened");
  return result;
}

live_source::live_source(GstElement* pipeline) : pipeline_(pipeline) {
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = on_unit;
  GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline), "units");
  gst_app_sink_set_callbacks(GST_APP_SINK(sink), &callbacks, this, nullptr);
  gst_object_unref(sink);
}

live_source::~live_source() {
  gst_element_set_state(pipeline_, GST_STATE_NULL); // Its thread has ended when this returns.
  gst_object_unref(pipeline_);
  for (const auto& one : listeners_)
    gst_object_unref(one.into);
  if (newest_ != nullptr)
    gst_sample_unref(newest_);
}

bool live_source::ready() const {
  const std::lock_guard lock{mutex_};
  return newest_ != nullptr;
}

bool live_source::idle() const {
  const std::lock_guard lock{mutex_};
  return listeners_.empty();
}

void live_source::join(std::shared_ptr<mount> of, GstAppSrc* into) {
  g_object_set(into, "format", GST_FORMAT_TIME, "is-live", TRUE, "do-timestamp", FALSE, "block",
               FALSE, "max-bytes", guint64{waiting_bytes_max}, nullptr);
  const std::lock_guard lock{mutex_};
  auto& added = listeners_.emplace_back(listener{std::move(of), into});
  gst_object_ref(into);
  if (newest_ != nullptr)
    hand_to(added, newest_);
}

void live_source::leave(GstAppSrc* into) {
  const std::lock_guard lock{mutex_};
  const auto found = std::find_if(listeners_.begin(), listeners_.end(),
                                  [into](const listener& one) { return one.into == into; });
  if (found == listeners_.end())
    return;
  gst_object_unref(found->into);
  listeners_.erase(found);
}

GstFlowReturn live_source::on_unit(GstAppSink* sink, gpointer self) {
  if (GstSample* unit = gst_app_sink_pull_sample(sink); unit != nullptr)
    static_cast<live_source*>(self)->hand_out(unit);
  return GST_FLOW_OK;
}

void live_source::hand_out(GstSample* unit) {
  const std::lock_guard lock{mutex_};
  if (newest_ != nullptr)
    gst_sample_unref(newest_);
  newest_ = unit;
  for (auto& one : listeners_)
    hand_to(one, unit);
}

/// Never blocks. What a session gets before it plays is of its running time 0.
void live_source::hand_to(listener& one, GstSample* unit) {
  GstBuffer* from = gst_sample_get_buffer(unit);
  const bool keyframe = !GST_BUFFER_FLAG_IS_SET(from, GST_BUFFER_FLAG_DELTA_UNIT);
  if (one.of->faults.frozen || gst_app_src_get_current_level_bytes(one.into) > waiting_bytes_max) {
    one.wants_keyframe = true;
    one.of->units_dropped += one.of->faults.frozen ? 0 : 1;
    return;
  }
  one.wants_keyframe = one.wants_keyframe && !keyframe;
  if (one.wants_keyframe)
    return;
  const auto running = gst_element_get_current_running_time(GST_ELEMENT(one.into));
  GstBuffer* buffer = gst_buffer_copy(from); // Its memory is shared.
  GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_PTS(buffer) = GST_CLOCK_TIME_IS_VALID(running) ? running : 0;
  GstSample* stamped = gst_sample_new(buffer, gst_sample_get_caps(unit), nullptr, nullptr);
  if (gst_app_src_push_sample(one.into, stamped) == GST_FLOW_OK)
    ++one.of->units_sent;
  gst_sample_unref(stamped);
  gst_buffer_unref(buffer);
}

tl::expected<std::shared_ptr<live_source>, std::string> live_sources::on(std::uint16_t port) {
  if (const auto found = by_port_.find(port); found != by_port_.end())
    return found->second;
  auto opened = live_source::open(port);
  if (opened)
    by_port_.emplace(port, *opened);
  return opened;
}

bool live_sources::idle() const {
  return std::all_of(by_port_.begin(), by_port_.end(),
                     [](const auto& entry) { return entry.second->idle(); });
}

} // namespace camwall::camera_sim
