#include "tools/camera_sim/answers.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace camwall::camera_sim {

namespace {

constexpr std::string_view nonsense = "This camera has forgotten who it is.\r\n";

/// Takes the attribute's value with the parameter sets out of each fmtp line (RFC 6184 §8.2.1, RFC
/// 7798 §7.1).
std::string without_parameter_sets(std::string sdp) {
  for (const std::string_view key :
       {"sprop-parameter-sets=", "sprop-vps=", "sprop-sps=", "sprop-pps="}) {
    for (auto at = sdp.find(key); at != std::string::npos; at = sdp.find(key))
      sdp.erase(at, std::min(sdp.find_first_of(";\r", at), sdp.size() - 1) - at + 1);
  }
  return sdp;
}

std::string without_video(std::string sdp) {
  const auto begin = sdp.find("m=video");
  if (begin != std::string::npos)
    sdp.erase(begin, sdp.find("m=", begin + 1) - begin);
  return sdp;
}

std::string spoiled(sdp_fault how, const std::string& sdp) {
  switch (how) {
    case sdp_fault::no_parameter_sets:
      return without_parameter_sets(sdp);
    case sdp_fault::nonsense:
      return std::string{nonsense};
    case sdp_fault::audio_only:
      return without_video(sdp);
    case sdp_fault::none:
      break;
  }
  return sdp;
}

} // namespace

void answers::fail(int status, GstRTSPMethod method, std::uint64_t after) {
  status_ = status;
  method_ = method;
  still_good_ = after;
}

void answers::heal() {
  fail(GST_RTSP_STS_OK, GST_RTSP_DESCRIBE);
  sessions_max_ = 0;
  sdp_ = sdp_fault::none;
}

unsigned answers::sessions_now() const {
  if (server_ == nullptr)
    return 0;
  unsigned count = 0;
  GList* clients = gst_rtsp_server_client_filter(server_, nullptr, nullptr);
  for (GList* item = clients; item != nullptr; item = item->next) {
    GList* sessions = gst_rtsp_client_session_filter(GST_RTSP_CLIENT(item->data), nullptr, nullptr);
    count += g_list_length(sessions);
    g_list_free_full(sessions, g_object_unref);
  }
  g_list_free_full(clients, g_object_unref);
  return count;
}

void answers::attach(GstRTSPServer* server, GstRTSPClient* client) {
  server_ = server;
  g_signal_connect(client, "pre-options-request", G_CALLBACK(on_request<GST_RTSP_OPTIONS>), this);
  g_signal_connect(client, "pre-describe-request", G_CALLBACK(on_request<GST_RTSP_DESCRIBE>), this);
  g_signal_connect(client, "pre-setup-request", G_CALLBACK(on_request<GST_RTSP_SETUP>), this);
  g_signal_connect(client, "pre-play-request", G_CALLBACK(on_request<GST_RTSP_PLAY>), this);
  g_signal_connect(client, "play-request", G_CALLBACK(on_play), this);
  g_signal_connect(client, "send-message", G_CALLBACK(on_answer), this);
}

template <GstRTSPMethod Method>
GstRTSPStatusCode answers::on_request(GstRTSPClient* /*client*/, GstRTSPContext* context,
                                      gpointer self) {
  auto& camera = *static_cast<answers*>(self);
  const auto result = camera.judge(Method, *context);
  camera.failed_ += result == GST_RTSP_STS_OK ? 0 : 1;
  return result;
}

GstRTSPStatusCode answers::judge(GstRTSPMethod method, const GstRTSPContext& context) {
  described_ += method == GST_RTSP_DESCRIBE ? 1 : 0;
  if (method == method_ && still_good_ == 0 && status_ != GST_RTSP_STS_OK)
    return static_cast<GstRTSPStatusCode>(status_);
  // Further tracks of a session that exists are no further session.
  if (method == GST_RTSP_SETUP && sessions_max_ != 0 && context.session == nullptr &&
      sessions_now() >= sessions_max_)
    return GST_RTSP_STS_NOT_ENOUGH_BANDWIDTH;
  return GST_RTSP_STS_OK;
}

void answers::on_play(GstRTSPClient* /*client*/, GstRTSPContext* /*context*/, gpointer self) {
  auto& camera = *static_cast<answers*>(self);
  camera.sessions_peak_ = std::max(camera.sessions_peak_, camera.sessions_now());
  camera.still_good_ -= camera.still_good_ == 0 ? 0 : 1;
}

void answers::on_answer(GstRTSPClient* /*client*/, GstRTSPContext* context, GstRTSPMessage* message,
                        gpointer self) {
  const auto how = static_cast<answers*>(self)->sdp_;
  guint8* body = nullptr;
  guint size = 0;
  if (how == sdp_fault::none || context == nullptr || context->request == nullptr ||
      context->method != GST_RTSP_DESCRIBE ||
      gst_rtsp_message_get_type(message) != GST_RTSP_MESSAGE_RESPONSE ||
      gst_rtsp_message_get_body(message, &body, &size) != GST_RTSP_OK || size == 0)
    return;
  const auto sdp = spoiled(how, {reinterpret_cast<const char*>(body),
                                 ::strnlen(reinterpret_cast<const char*>(body), size)});
  gst_rtsp_message_set_body(message, reinterpret_cast<const guint8*>(sdp.data()),
                            static_cast<guint>(sdp.size()));
}

} // namespace camwall::camera_sim
