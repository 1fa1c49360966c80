#include "http/websocket/loop.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>
#include <utility>

namespace camwall::http {

namespace {

using wants = websocket_connection::wants;

constexpr std::uint64_t wake_id = 0;
constexpr std::uint64_t timer_id = 1;
constexpr std::uint64_t first_id = 2;
constexpr std::size_t events_per_turn_max = 256;
constexpr std::chrono::milliseconds tick_max{250};
constexpr std::chrono::milliseconds tick_min{20};
constexpr std::chrono::milliseconds end_deadline{500};

// What the kernel may hold of one socket before it is sent. More would only hide from the session
// that its viewer falls behind.
constexpr int unsent_bytes_max = 262'144;

std::chrono::nanoseconds tick_period(const websocket_limits& x) {
  auto shortest = std::min(
    {x.ping_interval, x.pong_deadline, x.stall_deadline, x.close_deadline, x.message_deadline});
  return std::clamp(shortest / 4, tick_min, tick_max);
}

void drain_counter(int fd) noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] auto n = ::read(fd, &count, sizeof count);
}

// Threads inherit the mask: signals are for the main thread, and SIGPIPE for nobody.
std::thread start_thread(std::function<void()> f) {
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  try {
    std::thread out{std::move(f)};
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return out;
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
}

} // namespace

websocket_thread::entry::entry(upgraded_socket x, websocket_context& context,
                               websocket_connection::time_point now)
  : place(std::move(x.place)), fd(std::move(x.fd)), link(fd.get(), context, now) {
  // nop
}

websocket_thread::websocket_thread(const websocket_limits& limits, http_observer& observer)
  : context_(limits, observer),
    tick_period_(tick_period(limits)),
    epoll_fd_(::epoll_create1(EPOLL_CLOEXEC)),
    wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
    timer_fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
    next_id_(first_id) {
  if (!epoll_fd_ || !wake_fd_ || !timer_fd_ ||
      !watch(wake_fd_.get(), wake_id, EPOLL_CTL_ADD, false) ||
      !watch(timer_fd_.get(), timer_id, EPOLL_CTL_ADD, false))
    throw std::runtime_error("out of file descriptors");
  thread_ = start_thread([this] { run(); });
}

websocket_thread::~websocket_thread() {
  stop();
}

bool websocket_thread::watch(int fd, std::uint64_t id, int operation, bool writing) const noexcept {
  epoll_event x{};
  x.events = EPOLLIN | (writing ? EPOLLOUT : 0U);
  x.data.u64 = id;
  return ::epoll_ctl(epoll_fd_.get(), operation, fd, &x) == 0;
}

void websocket_thread::post(std::function<void()> job) {
  {
    std::lock_guard guard{mutex_};
    if (ended_)
      return;
    jobs_.push_back(std::move(job));
    if (jobs_.size() > 1) // The thread was woken for the first one.
      return;
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] auto n = ::write(wake_fd_.get(), &one, sizeof one);
}

void websocket_thread::adopt(upgraded_socket x) {
  size_.fetch_add(1, std::memory_order_relaxed);
  auto shared = std::make_shared<upgraded_socket>(std::move(x));
  post([this, shared] { add(std::move(*shared)); });
}

void websocket_thread::ask_to_end() {
  post([this] { begin_end(); });
}

void websocket_thread::stop() {
  ask_to_end();
  if (thread_.joinable())
    thread_.join();
}

void websocket_thread::run() {
  pthread_setname_np(pthread_self(), "websocket");
  while (!end_by_ || (!entries_.empty() && clock::now() < *end_by_))
    turn();
  finish();
}

int websocket_thread::wait_ms() const {
  if (!context_.dirty.empty())
    return 0;
  if (!end_by_)
    return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(*end_by_ - clock::now());
  return static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0));
}

void websocket_thread::turn() {
  std::array<epoll_event, events_per_turn_max> events;
  auto n = ::epoll_wait(epoll_fd_.get(), events.data(), events.size(), wait_ms());
  for (int i = 0; i < n; ++i) {
    const auto& x = events[static_cast<std::size_t>(i)];
    if (x.data.u64 == wake_id)
      run_jobs();
    else if (x.data.u64 == timer_id)
      tick();
    else
      serve(x.data.u64, x.events);
  }
  flush_dirty();
}

void websocket_thread::add(upgraded_socket x) {
  int unsent = unsent_bytes_max;
  ::setsockopt(x.fd.get(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
  auto now = clock::now();
  auto make = std::move(x.make);
  auto input = std::move(x.input);
  auto id = next_id_++;
  auto& made = *(entries_[id] = std::make_unique<entry>(std::move(x), context_, now));
  ids_[&made.link] = id;
  context_.observer.on_websocket(+1);
  if (!watch(made.fd.get(), id, EPOLL_CTL_ADD, false)) {
    context_.observer.on_limit("descriptors");
    return drop(id);
  }
  set_timer(true);
  apply(id, made, made.link.open(make, *this, input, now));
  if (end_by_)
    if (auto found = entries_.find(id); found != entries_.end())
      apply(id, *found->second, found->second->link.go_away(now));
}

void websocket_thread::serve(std::uint64_t id, std::uint32_t events) {
  auto found = entries_.find(id);
  if (found == entries_.end())
    return;
  auto& x = *found->second;
  auto now = clock::now();
  auto next = x.watched;
  if ((events & EPOLLOUT) != 0)
    next = x.link.flush(now);
  if (next != wants::close && (events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0)
    next = x.link.on_readable(now);
  apply(id, x, next);
}

void websocket_thread::apply(std::uint64_t id, entry& x, wants next) {
  if (next == wants::close)
    return drop(id);
  if (next == x.watched)
    return;
  x.watched = next;
  if (!watch(x.fd.get(), id, EPOLL_CTL_MOD, next == wants::read_and_write))
    drop(id);
}

void websocket_thread::drop(std::uint64_t id) noexcept {
  auto found = entries_.find(id);
  if (found == entries_.end())
    return;
  auto gone = std::move(found->second);
  entries_.erase(found);
  ids_.erase(&gone->link);
  gone.reset();
  size_.fetch_sub(1, std::memory_order_relaxed);
  context_.observer.on_websocket(-1);
}

void websocket_thread::run_jobs() {
  drain_counter(wake_fd_.get());
  std::vector<std::function<void()>> jobs;
  {
    std::lock_guard guard{mutex_};
    jobs.swap(jobs_);
  }
  for (auto& job : jobs)
    try {
      job();
    } catch (...) {
      context_.observer.on_limit("exceptions");
    }
}

// What becomes dirty meanwhile has its turn after the others' events.
void websocket_thread::flush_dirty() {
  if (context_.dirty.empty())
    return;
  auto now = clock::now();
  // By number: a session may take another one's connection down with it.
  std::vector<std::uint64_t> ids;
  ids.reserve(context_.dirty.size());
  for (const auto* x : context_.dirty)
    ids.push_back(ids_.at(x));
  context_.dirty.clear();
  for (auto id : ids)
    if (auto found = entries_.find(id); found != entries_.end())
      apply(id, *found->second, found->second->link.flush(now));
}

void websocket_thread::tick() {
  drain_counter(timer_fd_.get());
  auto now = clock::now();
  std::vector<std::uint64_t> ids;
  ids.reserve(entries_.size());
  for (const auto& [id, x] : entries_)
    ids.push_back(id);
  for (auto id : ids)
    if (auto found = entries_.find(id); found != entries_.end())
      apply(id, *found->second, found->second->link.on_tick(now));
  if (entries_.empty())
    set_timer(false);
}

// Runs only while there is something to look at, so that an idle server sleeps.
void websocket_thread::set_timer(bool on) {
  if (on == timer_on_)
    return;
  timer_on_ = on;
  auto period = on ? tick_period_.count() : 0;
  constexpr long second = 1'000'000'000;
  itimerspec spec{};
  spec.it_value = {period / second, period % second};
  spec.it_interval = spec.it_value;
  ::timerfd_settime(timer_fd_.get(), 0, &spec, nullptr);
}

void websocket_thread::begin_end() {
  if (end_by_)
    return;
  auto now = clock::now();
  end_by_ = now + end_deadline;
  std::vector<std::uint64_t> ids;
  for (const auto& [id, x] : entries_)
    ids.push_back(id);
  for (auto id : ids)
    if (auto found = entries_.find(id); found != entries_.end())
      apply(id, *found->second, found->second->link.go_away(now));
}

// Sessions, and jobs that nobody runs any more, end on this thread.
void websocket_thread::finish() {
  while (!entries_.empty())
    drop(entries_.begin()->first);
  std::vector<std::function<void()>> jobs;
  std::lock_guard guard{mutex_};
  ended_ = true;
  jobs.swap(jobs_);
}

} // namespace camwall::http
