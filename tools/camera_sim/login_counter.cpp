#include "tools/camera_sim/login_counter.hpp"

namespace {

using camwall::camera_sim::login_record;

constexpr const char* realm = "camera";
constexpr const char* other_realm = "another camera";

struct login_counter {
  GstRTSPAuth parent;
  login_record* record;
};

login_record& record_of(GstRTSPAuth* auth) {
  return *reinterpret_cast<login_counter*>(auth)->record;
}

struct login_counter_class {
  GstRTSPAuthClass parent;
};

GstRTSPAuthClass* parent_class = nullptr;

gboolean authenticate(GstRTSPAuth* auth, GstRTSPContext* context) {
  auto& record = record_of(auth);
  const gboolean result = record.wrong_realm ? TRUE : parent_class->authenticate(auth, context);
  gchar* sent = nullptr;
  // A request without a password only fetches the challenge: that is not a failure.
  if (context->token != nullptr)
    record.successes += context->method == GST_RTSP_DESCRIBE ? 1 : 0;
  else if (gst_rtsp_message_get_header(context->request, GST_RTSP_HDR_AUTHORIZATION, &sent, 0) ==
           GST_RTSP_OK)
    ++record.failures;
  return result;
}

void challenge(GstRTSPAuth* auth, GstRTSPContext* context) {
  gst_rtsp_auth_set_realm(auth, record_of(auth).wrong_realm ? other_realm : realm);
  parent_class->generate_authenticate_header(auth, context);
  gst_rtsp_auth_set_realm(auth, realm);
}

GType login_counter_type() {
  static const GType type = g_type_register_static_simple(
    GST_TYPE_RTSP_AUTH, "camwall_login_counter", sizeof(login_counter_class),
    [](gpointer klass, gpointer) {
      parent_class = static_cast<GstRTSPAuthClass*>(g_type_class_peek_parent(klass));
      static_cast<GstRTSPAuthClass*>(klass)->authenticate = authenticate;
      static_cast<GstRTSPAuthClass*>(klass)->generate_authenticate_header = challenge;
    },
    sizeof(login_counter), nullptr, GTypeFlags{});
  return type;
}

} // namespace

namespace camwall::camera_sim {

GstRTSPAuth* make_login_counter(login method, const std::string& user, const std::string& password,
                                login_record& record) {
  auto* auth = static_cast<GstRTSPAuth*>(g_object_new(login_counter_type(), nullptr));
  reinterpret_cast<login_counter*>(auth)->record = &record;
  gst_rtsp_auth_set_realm(auth, realm);
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
