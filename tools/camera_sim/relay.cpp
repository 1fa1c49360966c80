#include "tools/camera_sim/relay.hpp"

#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>
#include <utility>

namespace camwall::camera_sim {

namespace {

constexpr std::size_t read_bytes_max = 32UL << 10U;

/// How often a trickle lets a few bytes pass.
constexpr gint64 trickle_period_us = 50'000;

/// Clients that are never answered leave sooner or later; those beyond this number are refused.
constexpr std::size_t links_max = 1024;

/// A connected pair of TCP sockets: the server asks a connection for its addresses.
std::pair<unique_fd, unique_fd> make_pair_of_sockets() {
  unique_fd listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  unique_fd one{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!listener || !one || ::bind(listener.get(), generic, length) != 0 ||
      ::listen(listener.get(), 1) != 0 || ::getsockname(listener.get(), generic, &length) != 0 ||
      ::connect(one.get(), generic, length) != 0)
    return {};
  unique_fd other{::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  return {std::move(one), std::move(other)};
}

void set_up(int fd) {
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  g_unix_set_fd_nonblocking(fd, TRUE, nullptr);
}

enum class outcome { went_on, must_wait, ended, broke };

} // namespace

/// One connection. Closes itself out of the relay's list when both sides are done.
class relay::link {
public:
  link(relay& owner, unique_fd client, unique_fd server)
    : owner_(owner), client_(std::move(client)), server_(std::move(server)) {
    static GSourceFuncs callbacks{nullptr, nullptr, on_event, nullptr, nullptr, nullptr};
    source_ = g_source_new(&callbacks, sizeof(holder));
    reinterpret_cast<holder*>(source_)->self = this;
    client_tag_ = g_source_add_unix_fd(source_, client_.get(), G_IO_IN);
    if (server_)
      server_tag_ = g_source_add_unix_fd(source_, server_.get(), G_IO_IN);
    g_source_attach(source_, nullptr);
  }

  ~link() {
    g_source_destroy(source_);
    g_source_unref(source_);
  }

  link(const link&) = delete;
  link& operator=(const link&) = delete;

  bool is_silent() const {
    return !server_;
  }

  /// Leaves the client alone with an open connection.
  void silence() {
    if (!server_)
      return;
    g_source_remove_unix_fd(source_, std::exchange(server_tag_, nullptr));
    server_.reset();
    up_.clear();
    down_.clear();
    g_source_set_ready_time(source_, -1);
    g_source_modify_unix_fd(source_, client_tag_, G_IO_IN);
  }

  void insert(const std::string& bytes) {
    down_ += bytes;
    watch();
  }

  /// The speed has changed.
  void watch() {
    if (!server_)
      return;
    const bool trickles = owner_.bytes_per_s_ != 0 && !down_.empty();
    const auto in = [](const std::string& kept) { return kept.empty() ? G_IO_IN : 0; };
    const auto out = [](bool wanted) { return wanted ? G_IO_OUT : 0; };
    g_source_modify_unix_fd(source_, client_tag_,
                            static_cast<GIOCondition>(in(up_) | out(!down_.empty() && !trickles)));
    g_source_modify_unix_fd(source_, server_tag_,
                            static_cast<GIOCondition>(in(down_) | out(!up_.empty())));
    g_source_set_ready_time(source_, trickles ? g_get_monotonic_time() + trickle_period_us : -1);
  }

private:
  struct holder {
    GSource base;
    link* self;
  };

  static gboolean on_event(GSource* source, GSourceFunc /*callback*/, gpointer /*data*/) {
    auto* self = reinterpret_cast<holder*>(source)->self;
    if (!self->turn())
      self->owner_.links_.remove_if([self](const auto& one) { return one.get() == self; });
    return G_SOURCE_CONTINUE;
  }

  /// Moves what can be moved; false at the end of the connection.
  bool turn() {
    if (!server_)
      return swallow();
    // What is kept for a slow side is not worth waiting for when the other has failed.
    if ((failed(server_tag_) && !down_.empty()) || (failed(client_tag_) && !up_.empty()))
      return reset();
    const auto upward = carry(client_.get(), server_.get(), up_, false);
    const auto downward = carry(server_.get(), client_.get(), down_, true);
    if (upward == outcome::broke || downward == outcome::broke)
      return reset();
    if (upward == outcome::ended || (downward == outcome::ended && down_.empty()))
      return false;
    watch();
    return true;
  }

  bool failed(gpointer tag) const {
    return (g_source_query_unix_fd(source_, tag) & (G_IO_ERR | G_IO_HUP)) != 0;
  }

  /// A reset on one side is one on the other.
  bool reset() {
    const linger at_once{1, 0};
    ::setsockopt(client_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return false;
  }

  bool swallow() {
    std::array<char, read_bytes_max> thrown_away{};
    const auto count = ::recv(client_.get(), thrown_away.data(), thrown_away.size(), 0);
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
  }

  outcome carry(int from, int to, std::string& kept, bool downward) {
    auto result = outcome::went_on;
    if (kept.empty())
      result = take(from, kept, downward);
    if (!kept.empty() && give(to, kept, downward) == outcome::broke)
      return outcome::broke;
    return result;
  }

  outcome take(int from, std::string& kept, bool downward) {
    kept.resize(read_bytes_max);
    const auto count = ::recv(from, kept.data(), kept.size(), 0);
    const int error = errno;
    kept.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    if (count == 0)
      return outcome::ended;
    if (count < 0)
      return error == EAGAIN || error == EINTR ? outcome::must_wait : outcome::broke;
    if (downward && owner_.noise_)
      kept = owner_.noise(kept.size());
    return outcome::went_on;
  }

  outcome give(int to, std::string& kept, bool downward) {
    auto allowed = kept.size();
    if (downward && owner_.bytes_per_s_ != 0) {
      const auto now = g_get_monotonic_time();
      if (now < trickle_next_us_)
        return outcome::must_wait;
      trickle_next_us_ = now + trickle_period_us;
      const auto share = owner_.bytes_per_s_ * trickle_period_us / G_USEC_PER_SEC;
      allowed = std::min(allowed, std::max<std::size_t>(1, share));
    }
    const auto count = ::send(to, kept.data(), allowed, MSG_NOSIGNAL);
    if (count > 0)
      kept.erase(0, static_cast<std::size_t>(count));
    const bool again = count < 0 && (errno == EAGAIN || errno == EINTR);
    return count > 0 || again ? outcome::went_on : outcome::broke;
  }

  relay& owner_;
  unique_fd client_;
  /// Invalid when the client is left in silence.
  unique_fd server_;
  GSource* source_ = nullptr;
  gpointer client_tag_ = nullptr;
  gpointer server_tag_ = nullptr;
  std::string up_;
  std::string down_;
  gint64 trickle_next_us_ = 0;
};

relay::relay() = default;

relay::~relay() = default;

unique_fd relay::join(unique_fd client) {
  if (links_.size() >= links_max)
    return {};
  set_up(client.get());
  unique_fd ours;
  unique_fd servers;
  if (!silent_) {
    std::tie(ours, servers) = make_pair_of_sockets();
    if (!ours || !servers)
      return {};
    set_up(ours.get());
    set_up(servers.get());
  }
  links_.push_back(std::make_unique<link>(*this, std::move(client), std::move(ours)));
  return servers;
}

void relay::silence(bool on) {
  silent_ = on;
  if (!on)
    return;
  for (const auto& one : links_)
    one->silence();
}

int relay::insert_garbage(std::size_t bytes) {
  int count = 0;
  for (const auto& one : links_) {
    if (one->is_silent())
      continue;
    one->insert(noise(bytes));
    ++count;
  }
  return count;
}

void relay::slow_down(std::size_t bytes_per_s) {
  bytes_per_s_ = bytes_per_s;
  for (const auto& one : links_)
    one->watch();
}

void relay::heal() {
  silent_ = noise_ = false;
  slow_down(0);
}

std::string relay::noise(std::size_t bytes) {
  std::string result(bytes, '\0');
  std::generate(result.begin(), result.end(),
                [this] { return static_cast<char>(random_() >> 8U); });
  return result;
}

} // namespace camwall::camera_sim
