#include "tools/camera_sim/camera.hpp"

#include "tools/camera_sim/live_source.hpp"
#include "tools/camera_sim/pacer.hpp"

#include <arpa/inet.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace camwall::camera_sim {

namespace {

constexpr int backlog = 64;
constexpr double return_retry_s = 1;

/// Whether the client has a session on the mount.
bool plays(GstRTSPClient* client, const std::string& path) {
  bool found = false;
  GList* sessions = gst_rtsp_client_session_filter(client, nullptr, nullptr);
  for (GList* item = sessions; item != nullptr; item = item->next) {
    gint matched = 0;
    GstRTSPSessionMedia* media =
      gst_rtsp_session_get_media(GST_RTSP_SESSION(item->data), path.c_str(), &matched);
    found = found || media != nullptr;
  }
  g_list_free_full(sessions, g_object_unref);
  return found;
}

void end_connection(GstRTSPClient* client, ending how) {
  if (how == ending::rst) {
    const linger at_once{1, 0};
    GSocket* socket = gst_rtsp_connection_get_read_socket(gst_rtsp_client_get_connection(client));
    if (socket != nullptr)
      ::setsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  gst_rtsp_client_close(client);
}

/// Keeps a client until every close that its senders have asked for has been dispatched. A sender
/// whose connection has failed leaves an idle source that closes the client and holds no reference
/// (gst-rtsp-server 1.22, do_send_data_list); when the client's end is noticed by another way
/// first, that source would meet freed memory. A source of a lower priority runs after all of
/// these.
void hold_until_closes_are_over(GstRTSPClient* client) {
  g_object_ref(client);
  const auto let_go = [](GstRTSPClient* closed, gpointer) {
    g_idle_add_full(
      G_PRIORITY_LOW, [](gpointer) -> gboolean { return G_SOURCE_REMOVE; }, closed, g_object_unref);
  };
  g_signal_connect(client, "closed", G_CALLBACK(+let_go), nullptr);
}

std::string mount_path(const mount& of) {
  return "/" + of.name;
}

const char* to_string(login method) {
  switch (method) {
    case login::none:
      return "none";
    case login::basic:
      return "basic";
    case login::digest:
      break;
  }
  return "digest";
}

} // namespace

camera::camera(camera_options options, std::uint16_t port, pacer& by)
  : options_(std::move(options)), port_(port), server_(gst_rtsp_server_new()) {
  // Clients are served by the main loop: commands and clients never meet in two threads.
  GstRTSPThreadPool* threads = gst_rtsp_thread_pool_new();
  gst_rtsp_thread_pool_set_max_threads(threads, 0);
  gst_rtsp_server_set_thread_pool(server_, threads);
  g_object_unref(threads);

  if (options_.method != login::none) {
    GstRTSPAuth* auth =
      make_login_counter(options_.method, options_.user, options_.password, logins_);
    gst_rtsp_server_set_auth(server_, auth);
    g_object_unref(auth);
  }
  GstRTSPMountPoints* points = gst_rtsp_server_get_mount_points(server_);
  for (const auto& stream : options_.streams) {
    auto& added = mounts_.emplace_back(std::make_shared<mount>(options_.name, stream));
    const std::string role = options_.method == login::none ? "" : viewer_role;
    gst_rtsp_mount_points_add_factory(points, mount_path(*added).c_str(),
                                      make_factory(added, by, role));
  }
  g_object_unref(points);
  if (options_.relayed)
    relay_ = std::make_unique<relay>();
  g_signal_connect(server_, "client-connected", G_CALLBACK(on_client), this);
}

camera::~camera() {
  refuse();
  drop(ending::fin);
  g_signal_handlers_disconnect_by_data(server_, this);
  g_object_unref(server_);
}

tl::expected<void, std::string> camera::listen() {
  cancel_timer();
  if (listener_)
    return {};
  unique_fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const int yes = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port_);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd.get(), backlog) != 0)
    return tl::unexpected("camera " + name() + ": cannot listen on 127.0.0.1:" +
                          std::to_string(port_) + ": " + g_strerror(errno));
  listener_ = std::move(fd);
  listener_source_ = g_unix_fd_add(listener_.get(), G_IO_IN, on_connection, this);
  return {};
}

void camera::come_back_after(double seconds) {
  cancel_timer();
  return_timer_ = g_timeout_add(static_cast<guint>(seconds * 1000), on_return, this);
}

gboolean camera::on_return(gpointer self) {
  auto& rebooted = *static_cast<camera*>(self);
  rebooted.return_timer_ = 0;
  if (rebooted.relay_)
    rebooted.relay_->silence(false);
  if (!rebooted.listen())
    rebooted.come_back_after(return_retry_s);
  return G_SOURCE_REMOVE;
}

void camera::cancel_timer() {
  if (return_timer_ != 0)
    g_source_remove(std::exchange(return_timer_, 0));
}

void camera::refuse() {
  cancel_timer();
  if (!listener_)
    return;
  g_source_remove(std::exchange(listener_source_, 0));
  listener_.reset();
}

int camera::drop(ending how, const mount* only) {
  int dropped = 0;
  GList* clients = gst_rtsp_server_client_filter(server_, nullptr, nullptr);
  for (GList* item = clients; item != nullptr; item = item->next) {
    auto* client = GST_RTSP_CLIENT(item->data);
    if (only != nullptr && !plays(client, mount_path(*only)))
      continue;
    end_connection(client, how);
    ++dropped;
  }
  g_list_free_full(clients, g_object_unref);
  if (only == nullptr)
    forget_sessions();
  return dropped;
}

void camera::vanish() {
  relay_->silence(true);
  forget_sessions();
}

void camera::play(mount& on, const std::shared_ptr<const clip>& next) {
  if (!on.options.content)
    return;
  const auto before = on.content()->video.kind;
  on.play(next);
  GstRTSPMountPoints* points = gst_rtsp_server_get_mount_points(server_);
  GstRTSPMediaFactory* factory =
    gst_rtsp_mount_points_match(points, mount_path(on).c_str(), nullptr);
  renew_factory(factory, on);
  g_object_unref(factory);
  g_object_unref(points);
  if (on.content()->video.kind != before)
    drop(ending::fin, &on);
}

void camera::heal() {
  for (const auto& stream : mounts_) {
    stream->faults.heal();
    if (stream->content() != stream->options.content)
      play(*stream, nullptr);
  }
  replies_.heal();
  logins_.wrong_realm = false;
  if (relay_)
    relay_->heal();
}

/// A session over UDP outlives its connection (RFC 2326 §1.1); a dead camera's does not.
void camera::forget_sessions() {
  GstRTSPSessionPool* pool = gst_rtsp_server_get_session_pool(server_);
  g_list_free(gst_rtsp_session_pool_filter(
    pool, [](GstRTSPSessionPool*, GstRTSPSession*, gpointer) { return GST_RTSP_FILTER_REMOVE; },
    nullptr));
  g_object_unref(pool);
}

void camera::clean_up() {
  GstRTSPSessionPool* pool = gst_rtsp_server_get_session_pool(server_);
  gst_rtsp_session_pool_cleanup(pool);
  g_object_unref(pool);
}

gboolean camera::on_connection(gint fd, GIOCondition /*condition*/, gpointer self) {
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  const int accepted = ::accept4(fd, reinterpret_cast<sockaddr*>(&peer), &length, SOCK_CLOEXEC);
  if (accepted < 0)
    return G_SOURCE_CONTINUE;
  unique_fd client{accepted};
  auto& camera_of = *static_cast<camera*>(self);
  ++camera_of.connections_;
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &peer.sin_addr, text.data(), text.size());
  if (camera_of.relay_)
    client = camera_of.relay_->join(std::move(client));
  if (client)
    camera_of.serve(std::move(client), text.data(), ntohs(peer.sin_port));
  return G_SOURCE_CONTINUE;
}

void camera::serve(unique_fd client, const std::string& address, std::uint16_t port) {
  GSocket* socket = g_socket_new_from_fd(client.get(), nullptr);
  if (socket == nullptr)
    return;
  client.release(); // The socket owns it now.
  gst_rtsp_server_transfer_connection(server_, socket, address.c_str(), port, nullptr);
}

void camera::on_client(GstRTSPServer* server, GstRTSPClient* client, gpointer self) {
  hold_until_closes_are_over(client);
  static_cast<camera*>(self)->replies_.attach(server, client);
  g_signal_connect(client, "pre-describe-request", G_CALLBACK(on_describe), self);
  g_signal_connect(client, "play-request", G_CALLBACK(on_play), self);
}

/// A camera whose encoder sends nothing says so; it would otherwise wait for twenty seconds, and
/// all other cameras with it.
GstRTSPStatusCode camera::on_describe(GstRTSPClient* /*client*/, GstRTSPContext* context,
                                      gpointer self) {
  for (const auto& asked : static_cast<camera*>(self)->mounts_) {
    const auto& live = asked->options.live;
    if (live && !live->ready() && mount_path(*asked) == context->uri->abspath)
      return GST_RTSP_STS_INTERNAL_SERVER_ERROR;
  }
  return GST_RTSP_STS_OK;
}

void camera::on_play(GstRTSPClient* /*client*/, GstRTSPContext* context, gpointer self) {
  for (const auto& played : static_cast<camera*>(self)->mounts_) {
    if (std::strncmp(context->uri->abspath, mount_path(*played).c_str(),
                     mount_path(*played).size()) == 0)
      ++played->sessions;
  }
}

std::string camera::url(const mount& of) const {
  return "rtsp://127.0.0.1:" + std::to_string(port_) + mount_path(of);
}

nlohmann::json camera::describe() const {
  auto streams = nlohmann::json::object();
  for (const auto& of : mounts_)
    streams[of->options.path] = url(*of);
  nlohmann::json result{{"name", name()},
                        {"label", options_.label},
                        {"port", port_},
                        {"auth", to_string(options_.method)},
                        {"streams", streams}};
  if (options_.method != login::none) {
    result["user"] = options_.user;
    result["password"] = options_.password;
  }
  return result;
}

nlohmann::json camera::statistics() const {
  GList* clients = gst_rtsp_server_client_filter(server_, nullptr, nullptr);
  const auto count = g_list_length(clients);
  auto streams = nlohmann::json::object();
  for (const auto& of : mounts_) {
    int viewers = 0;
    for (GList* item = clients; item != nullptr; item = item->next)
      viewers += plays(GST_RTSP_CLIENT(item->data), mount_path(*of)) ? 1 : 0;
    streams[of->options.path] = {{"clients", viewers},
                                 {"sessions", of->sessions.load()},
                                 {"frozen", of->faults.frozen.load()},
                                 {"units_sent", of->units_sent.load()},
                                 {"units_dropped", of->units_dropped.load()},
                                 {"last_serial", of->last_serial.load()}};
  }
  g_list_free_full(clients, g_object_unref);
  return {{"name", name()},
          {"clients", count},
          {"connections", connections_},
          {"refusing", refusing()},
          {"sessions_now", replies_.sessions_now()},
          {"sessions_peak", replies_.sessions_peak()},
          {"described", replies_.described()},
          {"failed_requests", replies_.failed()},
          {"logins", logins_.successes.load()},
          {"login_failures", logins_.failures.load()},
          {"streams", streams}};
}

} // namespace camwall::camera_sim
