#include "tools/camera_sim/login_counter.hpp"

namespace {

struct login_counter {
  GstRTSPAuth parent;
  std::atomic<std::uint64_t>* failures;
};

struct login_counter_class {
  GstRTSPAuthClass parent;
};

GstRTSPAuthClass* parent_class = nullptr;

gboolean authenticate(GstRTSPAuth* auth, GstRTSPContext* context) {
  const gboolean result = parent_class->authenticate(auth, context);
  gchar* sent = nullptr;
  // A request without a password only fetches the challenge: that is not a failure.
  if (context->token == nullptr &&
      gst_rtsp_message_get_header(context->request, GST_RTSP_HDR_AUTHORIZATION, &sent, 0) ==
        GST_RTSP_OK)
    ++*reinterpret_cast<login_counter*>(auth)->failures;
  return result;
}

GType login_counter_type() {
  static const GType type = g_type_register_static_simple(
    GST_TYPE_RTSP_AUTH, "camwall_login_counter", sizeof(login_counter_class),
    [](gpointer klass, gpointer) {
      parent_class = static_cast<GstRTSPAuthClass*>(g_type_class_peek_parent(klass));
      static_cast<GstRTSPAuthClass*>(klass)->authenticate = authenticate;
    },
    sizeof(login_counter), nullptr, GTypeFlags{});
  return type;
}

} // namespace

namespace camwall::camera_sim {

GstRTSPAuth* make_login_counter(login method, const std::string& user, const std::string& password,
                                std::atomic<std::uint64_t>& failures) {
  auto* auth = static_cast<GstRTSPAuth*>(g_object_new(login_counter_type(), nullptr));
  reinterpret_cast<login_counter*>(auth)->failures = &failures;
  gst_rtsp_auth_set_realm(auth, "camera");
  GstRTSPToken* token =
    gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, viewer_role, nullptr);
  if (method == login::basic) {
    gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_BASIC);
    gchar* encoded = gst_rtsp_auth_make_basic(user.c_str(), password.c_str());
    gst_rtsp_auth_add_basic(auth, encoded, token);
    g_free(encoded);
  } else {
    gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
    gst_rtsp_auth_add_digest(auth, user.c_str(), password.c_str(), token);
  }
  gst_rtsp_token_unref(token);
  return auth;
}

} // namespace camwall::camera_sim
