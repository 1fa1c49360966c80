#include "http/reactor_transport.hpp"

#include "http/problem.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pistache/version.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <stdexcept>
#include <utility>

// Internals differ between releases of Pistache. To admit another one, run
// tests/integration/test_http_abuse.py on it.
static_assert(Pistache::Version::Major == 0 && Pistache::Version::Minor == 0 &&
                Pistache::Version::Patch == 5,
              "this transport was tried with Pistache 0.0.5 (Debian 12) only");

namespace camwall::http {

namespace {

using Pistache::Polling::NotifyOn;
using wants = connection::wants;

// Few, so that the threads share a burst of new connections.
constexpr int accepts_per_turn_max = 8;
constexpr std::chrono::milliseconds accept_pause{200}; // While the process is out of descriptors.
constexpr std::chrono::milliseconds tick_max{250};
constexpr std::chrono::milliseconds tick_min{20};
// Pistache's transport insists on a handler for input; ours never passes it any.
class unused_handler final : public Pistache::Tcp::Handler {
public:
  void onInput(const char* /*unused*/, size_t /*unused*/,
               const std::shared_ptr<Pistache::Tcp::Peer>& /*unused*/) override {
    // nop
  }

private:
  std::shared_ptr<Pistache::Tcp::Handler> clone() const override {
    return std::make_shared<unused_handler>();
  }
};

std::chrono::nanoseconds tick_period(const listen_options& x) {
  auto shortest =
    std::min({x.header_deadline, x.idle_deadline, x.stall_deadline, x.answer_deadline});
  return std::clamp(shortest / 4, tick_min, tick_max);
}

// Best effort: said once, without waiting for the request or for the peer.
void refuse_connection(int fd) {
  auto x = problem(503, "too_many_connections",
                   "The server has as many connections as it may; try again.");
  x.add("Retry-After", "2");
  std::string text;
  append_head(text, x, {false, true, http_date()});
  text.append(x.body);
  ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(fd, SHUT_WR);
}

NotifyOn events_of(wants x) noexcept {
  switch (x) {
    case wants::write:
      return NotifyOn::Write;
    case wants::wait:
      return NotifyOn::None; // The end of both halves is told all the same.
    case wants::leave:
      return NotifyOn::Shutdown;
    default:
      return NotifyOn::Read;
  }
}

/// Whether somebody may have to be asked for an answer.
bool waits(wants x) noexcept {
  return x == wants::wait || x == wants::leave;
}

std::uint64_t drain_counter(int fd) noexcept {
  std::uint64_t count = 0;
  return ::read(fd, &count, sizeof count) == sizeof count ? count : 0;
}

} // namespace

reactor_shared::reactor_shared(listen_options options_, answer_function answer_,
                               http_observer& observer_)
  : options(std::move(options_)),
    answer(std::move(answer_)),
    observer(observer_),
    limits(options.connections_max, options.connections_per_address_max),
    websockets(options.websocket_loops, options.websockets, observer) {
  // nop
}

reactor_transport::entry::entry(std::shared_ptr<Pistache::Tcp::Peer> peer_, connection_place place_,
                                const peer_address& address, connection_context& context,
                                steady_time now)
  : place(std::move(place_)), peer(std::move(peer_)), link(peer->fd(), address, context, now) {
  // nop
}

/// Shared by all copies of one `answer_later`. The transport may be gone; then the queue is, or is
/// closed, and what it would have run with it.
class reactor_transport::ticket {
public:
  ticket(reactor_transport& home, const std::shared_ptr<entry>& to, std::uint64_t number)
    : home_(home), queue_(home.jobs_), to_(to), number_(number) {
    // nop
  }

  ticket(const ticket&) = delete;
  ticket& operator=(const ticket&) = delete;

  ~ticket() {
    try {
      give(problem(500, "internal_error",
                   "The server failed to answer; what was asked for may still be under way."));
    } catch (...) { // Out of memory: the deadline will answer.
      return;
    }
  }

  void give(response x) {
    if (given_.exchange(true))
      return;
    auto queue = queue_.lock();
    if (!queue)
      return;
    // Jobs are copyable, answers with a file are not.
    auto answer = std::make_shared<response>(std::move(x));
    queue->post([&home = home_, to = to_, number = number_, answer] {
      if (auto alive = to.lock())
        home.give(alive, number, std::move(*answer));
    });
  }

private:
  reactor_transport& home_; // Only on its own thread, which the queue sees to.
  std::weak_ptr<job_queue> queue_;
  std::weak_ptr<entry> to_;
  std::uint64_t number_;
  std::atomic<bool> given_ = false;
};

reactor_transport::reactor_transport(std::shared_ptr<reactor_shared> shared)
  : Transport(std::make_shared<unused_handler>()),
    shared_(std::move(shared)),
    context_(shared_->options, shared_->answer, shared_->observer),
    jobs_(std::make_shared<job_queue>()) {
  // nop
}

// Pistache makes each thread's handler from the one that it is given.
std::shared_ptr<Pistache::Aio::Handler> reactor_transport::clone() const {
  return std::make_shared<reactor_transport>(shared_);
}

void reactor_transport::registerPoller(Pistache::Polling::Epoll& poller) {
  Transport::registerPoller(poller);
  timer_fd_.reset(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  if (!timer_fd_)
    throw std::runtime_error("out of file descriptors");
  for (auto fd : {shared_->listen_fd.get(), jobs_->wake_fd(), timer_fd_.get()})
    poller.addFd(fd, Pistache::Flags<NotifyOn>(NotifyOn::Read), Pistache::Polling::Tag(fd));
  shared_->members.push_back(this);
}

// An exception that left here would end the process.
void reactor_transport::onReady(const Pistache::Aio::FdSet& events) {
  auto accepts = false;
  for (const auto& event : events) {
    auto fd = static_cast<int>(event.getTag().value());
    // Last: a new connection may get the number of one that ended, and events of that one may
    // follow.
    if (fd == shared_->listen_fd.get()) {
      accepts = true;
      continue;
    }
    try {
      handle(event);
    } catch (...) {
      shared_->observer.on_limit("exceptions");
      drop(fd);
    }
  }
  try {
    if (accepts)
      accept_some();
  } catch (...) {
    shared_->observer.on_limit("exceptions");
  }
}

void reactor_transport::handle(const Pistache::Aio::FdSet::Entry& event) {
  auto fd = static_cast<int>(event.getTag().value());
  if (fd == jobs_->wake_fd())
    return run_jobs();
  if (fd == timer_fd_.get())
    return tick();
  auto found = entries_.find(fd);
  if (found != entries_.end()) // Else it ended a moment ago.
    serve(fd, *found->second, event.isWritable());
}

// Where a read or a write is due, it reports a hang-up as well.
void reactor_transport::serve(int fd, entry& x, bool writable) {
  auto now = std::chrono::steady_clock::now();
  if (waits(x.watched))
    return apply(fd, x, x.link.on_hangup());
  auto next =
    x.watched == wants::write || writable ? x.link.on_writable(now) : x.link.on_readable(now);
  apply(fd, x, next);
}

void reactor_transport::apply(int fd, entry& x, wants next) {
  if (next == wants::close)
    return drop(fd);
  if (next == wants::upgrade)
    return hand_over(fd, x);
  if (next != x.watched) {
    x.watched = next;
    reactor()->modifyFd(key(), fd, events_of(next));
  }
  if (waits(next))
    ask(fd, x);
}

void reactor_transport::ask(int fd, entry& x) {
  auto [later, number] = x.link.take_later();
  if (!later) // Asked already.
    return;
  auto mine = std::make_shared<ticket>(*this, entries_.at(fd), number);
  try {
    later([mine](response answer) { mine->give(std::move(answer)); });
  } catch (...) { // Unless somebody else holds the ticket, its end answers.
    shared_->observer.on_limit("exceptions");
  }
}

void reactor_transport::give(const std::shared_ptr<entry>& to, std::uint64_t number, response x) {
  auto fd = to->peer->fd();
  try {
    apply(fd, *to, to->link.on_answer(number, std::move(x), std::chrono::steady_clock::now()));
  } catch (...) {
    shared_->observer.on_limit("exceptions");
    drop(fd);
  }
}

void reactor_transport::drop(int fd) noexcept {
  auto found = entries_.find(fd);
  if (found == entries_.end())
    return;
  auto gone = std::move(found->second);
  entries_.erase(found);
  try {
    removePeer(gone->peer); // Closes the descriptor.
  } catch (...) {
    shared_->observer.on_limit("exceptions");
  }
}

// Pistache closes the descriptor that it knows; the socket lives on behind another one. Nothing of
// this peer is on the stack any more: its connection has had its say.
void reactor_transport::hand_over(int fd, entry& x) {
  unique_fd socket{::fcntl(fd, F_DUPFD_CLOEXEC, 0)};
  if (!socket) {
    shared_->observer.on_limit("descriptors");
    return drop(fd);
  }
  auto [make, input] = x.link.take_upgrade();
  auto place = std::move(x.place);
  drop(fd);
  shared_->websockets.adopt(
    {std::move(socket), std::move(input), std::move(make), std::move(place)});
}

void reactor_transport::accept_some() {
  for (int i = 0; i < accepts_per_turn_max && !stopped_ && !paused_; ++i)
    if (!accept_one())
      return;
}

bool reactor_transport::accept_one() {
  sockaddr_storage from{};
  socklen_t size = sizeof from;
  unique_fd socket{::accept4(shared_->listen_fd.get(), reinterpret_cast<sockaddr*>(&from), &size,
                             SOCK_CLOEXEC | SOCK_NONBLOCK)};
  if (!socket) {
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
      pause_accepting(std::chrono::steady_clock::now());
    return errno == ECONNABORTED || errno == EINTR;
  }
  auto address = peer_of(from);
  if (!shared_->limits.enter(address)) {
    shared_->observer.on_limit("connections");
    refuse_connection(socket.get());
    return true;
  }
  connection_place place{shared_->limits, shared_->observer, address};
  auto fd = socket.get();
  adopt(std::move(socket), from, std::move(place), address);
  // Pistache registers edge-triggered; ours reads once for each event and relies on being told
  // again.
  try {
    reactor()->modifyFd(key(), fd, NotifyOn::Read);
  } catch (...) {
    drop(fd);
    throw;
  }
  return true;
}

void reactor_transport::adopt(unique_fd socket, const sockaddr_storage& from,
                              connection_place place, const peer_address& address) {
  auto now = std::chrono::steady_clock::now();
  int on = 1;
  // Answers leave in one piece; waiting for an acknowledgement would only delay them.
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  auto name = from;
  auto where = Pistache::Address::fromUnix(reinterpret_cast<sockaddr*>(&name));
  auto fd = socket.get();
  auto x = std::make_shared<entry>(Pistache::Tcp::Peer::Create(fd, where), std::move(place),
                                   address, context_, now);
  handleNewPeer(x->peer);
  socket.release(); // Belongs to the peer from here on.
  entries_.emplace(fd, std::move(x));
  set_timer(true);
}

// Level-triggered, the listener would otherwise report for ever what cannot be accepted.
void reactor_transport::pause_accepting(steady_time now) {
  shared_->observer.on_limit("descriptors");
  paused_ = true;
  paused_until_ = now + accept_pause;
  watch_listener(false);
  set_timer(true);
}

void reactor_transport::watch_listener(bool on) {
  reactor()->modifyFd(key(), shared_->listen_fd.get(), on ? NotifyOn::Read : NotifyOn::None);
}

void reactor_transport::post(std::function<void()> job) {
  jobs_->post(std::move(job));
}

void reactor_transport::run_jobs() {
  for (auto& job : jobs_->take())
    job();
}

void reactor_transport::close_all() {
  stopped_ = true;
  jobs_->close();
  watch_listener(false);
  set_timer(false);
  while (!entries_.empty())
    drop(entries_.begin()->first);
}

void reactor_transport::tick() {
  drain_counter(timer_fd_.get());
  auto now = std::chrono::steady_clock::now();
  std::vector<std::pair<int, wants>> changed;
  for (auto& [fd, x] : entries_) {
    auto next = wants::close;
    try { // What one connection's body throws must not cost the others their deadlines.
      next = x->link.on_tick(now);
    } catch (...) {
      shared_->observer.on_limit("exceptions");
    }
    if (next != x->watched || waits(next))
      changed.emplace_back(fd, next);
  }
  for (auto [fd, next] : changed)
    if (auto found = entries_.find(fd); found != entries_.end())
      apply(fd, *found->second, next);
  if (paused_ && now >= paused_until_ && !stopped_) {
    paused_ = false;
    watch_listener(true);
  }
  if (entries_.empty() && !paused_)
    set_timer(false);
}

// Runs only while there is something to look at, so that an idle server sleeps.
void reactor_transport::set_timer(bool on) {
  if (on == timer_on_)
    return;
  timer_on_ = on;
  auto period = on ? tick_period(shared_->options).count() : 0;
  constexpr long second = 1'000'000'000;
  itimerspec spec{};
  spec.it_value = {period / second, period % second};
  spec.it_interval = spec.it_value;
  ::timerfd_settime(timer_fd_.get(), 0, &spec, nullptr);
}

} // namespace camwall::http
