#include "media/server/zygote_launcher.hpp"

#include "core/errno_text.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <spawn.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <future>
#include <random>

namespace camwall::media {

namespace {

/// By then a worker whose socket was closed has ended.
constexpr std::chrono::seconds orphan_grace{3};

constexpr std::size_t worker_title_bytes = 96;

constexpr int control_fd = 3; ///< Where the zygote finds its socket.

/// What the zygote and its workers see of our environment: nothing that could hold a secret.
std::vector<std::string> zygote_environment() {
  // Thresholds: a worker's short-lived large buffers go back to the system instead of growing its
  // heap.
  std::vector<std::string> out{"RES_OPTIONS=timeout:1 attempts:1", "MALLOC_ARENA_MAX=1",
                               "MALLOC_TRIM_THRESHOLD_=131072", "MALLOC_MMAP_THRESHOLD_=131072"};
  for (auto** x = environ; *x != nullptr; ++x) {
    std::string_view entry{*x};
    auto name = entry.substr(0, entry.find('='));
    if (name.ends_with("SAN_OPTIONS") || name == "CAMWALL_TEST_SANDBOX")
      out.emplace_back(entry);
  }
  return out;
}

/// Starts `program --zygote` with `control` as its descriptor 3, in a process group of its own (a
/// Ctrl-C at the terminal is for the server alone). Returns 0 and sets `pid`, or an errno.
int spawn(const std::string& program, int control, pid_t& pid) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, control, control_fd);
  // Libraries open some without O_CLOEXEC.
  posix_spawn_file_actions_addclosefrom_np(&actions, control_fd + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  auto environment = zygote_environment();
  std::vector<char*> envp;
  for (auto& x : environment)
    envp.push_back(x.data());
  envp.push_back(nullptr);
  // The blanks are room for the titles of the workers, which name their camera in the same memory.
  std::string name = "camwall-zygote" + std::string(worker_title_bytes, ' ');
  std::string flag = "--zygote";
  std::array<char*, 3> argv{name.data(), flag.data(), nullptr};
  auto result = posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return result;
}

/// A prefix for the segments of one worker that never comes again: the time in milliseconds, and a
/// counter against two workers in one of them, both in lower case base 36.
std::string make_run() {
  static std::uint64_t count = std::random_device{}() % 1'000'000;
  auto base36 = [](std::uint64_t x) {
    std::string out;
    for (; x > 0 || out.empty(); x /= 36)
      out.insert(out.begin(), "0123456789abcdefghijklmnopqrstuvwxyz"[x % 36]);
    return out;
  };
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return base36(static_cast<std::uint64_t>(now / std::chrono::milliseconds{1})) + "z" +
         base36(++count % 1'000'000);
}

/// Sends one packet with a worker's three descriptors.
bool send_with_fds(int socket, std::string_view packet, const std::array<int, 3>& fds) {
  iovec part{const_cast<char*>(packet.data()), packet.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof fds)> control{};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  auto* rights = CMSG_FIRSTHDR(&header);
  rights->cmsg_level = SOL_SOCKET;
  rights->cmsg_type = SCM_RIGHTS;
  rights->cmsg_len = CMSG_LEN(sizeof fds);
  std::memcpy(CMSG_DATA(rights), fds.data(), sizeof fds);
  return sendmsg(socket, &header, MSG_NOSIGNAL | MSG_DONTWAIT) ==
         static_cast<ssize_t>(packet.size());
}

} // namespace

/// Posts to the I/O thread; safe on any thread, and after the launcher has shut down.
struct zygote_launcher::handle final : worker_handle {
  handle(zygote_launcher& owner, worker_ptr worker) : owner_(owner), worker_(std::move(worker)) {
    // nop
  }
  ~handle() override {
    owner_.loop_.post([worker = std::move(worker_)] { worker->abandon(); });
  }
  void stop() override {
    owner_.loop_.post([worker = worker_] { worker->stop(); });
  }
  void kill() override {
    owner_.loop_.post([worker = worker_] { worker->kill(); });
  }

private:
  zygote_launcher& owner_;
  worker_ptr worker_;
};

zygote_launcher::zygote_launcher(zygote_options options,
                                 std::function<void(std::string)> on_zygote_exit)
  : options_(std::move(options)),
    on_zygote_exit_(std::move(on_zygote_exit)),
    hub_(
      io_thread(),
      [this](std::string_view limit) {
        if (options_.on_limit)
          options_.on_limit(limit);
      },
      options_.on_media_dropped),
    stills_(io_thread()) {
  // nop
}

live_hub::thread zygote_launcher::io_thread() {
  return {.post = [this](std::function<void()> job) { loop_.post(std::move(job)); },
          .call_after =
            [this](std::chrono::milliseconds delay, std::function<void()> job) {
              return loop_.call_after(delay, std::move(job));
            },
          .cancel = [this](event_loop::timer_id id) { loop_.cancel(id); }};
}

zygote_launcher::~zygote_launcher() {
  shut_down(std::chrono::milliseconds{0});
  loop_.stop();
}

void zygote_launcher::start_zygote() {
  loop_.post([this] {
    if (!zygote_socket_ && !shutting_down_)
      spawn_zygote();
  });
}

void zygote_launcher::check(std::shared_ptr<const void> token) {
  loop_.post([held = std::move(token)] {
    // nop
  });
}

worker_handle_ptr zygote_launcher::launch(open_order what, std::function<void(worker_event)> sink) {
  auto name = "camera " + what.camera + '/' + what.stream;
  // One that a client named never comes back under this name: nothing is written down for it.
  auto* sequences = what.only ? nullptr : options_.sequences;
  auto remember = [this, sequences, key = what.camera + '/' + what.stream,
                   tell = std::move(sink)](worker_event event) {
    if (const auto* x = std::get_if<segment_published>(&event);
        x != nullptr && sequences != nullptr)
      sequences->published(key, {x->media_sequence, x->discontinuity_sequence});
    else if (const auto* y = std::get_if<confined>(&event))
      watch_sandbox(*y);
    tell(std::move(event));
  };
  return begin(std::move(name), std::move(what), std::move(remember));
}

worker_handle_ptr zygote_launcher::launch_probe(probe_order what,
                                                std::function<void(worker_event)> sink) {
  auto watching = [this, tell = std::move(sink)](worker_event event) {
    if (const auto* x = std::get_if<confined>(&event))
      watch_sandbox(*x);
    tell(std::move(event));
  };
  return begin("probe", std::move(what), std::move(watching));
}

worker_handle_ptr zygote_launcher::begin(std::string name, task what,
                                         std::function<void(worker_event)> sink) {
  auto id = ++last_id_;
  auto worker = std::make_shared<worker_process>(
    loop_, hub_, stills_, std::move(name), std::move(what), std::move(sink),
    options_.stderr_lines_max, options_.on_limit, [this, id] {
      workers_.erase(id);
      submit_held();
      tell_when_idle();
    });
  loop_.post([this, id, worker] {
    workers_.emplace(id, worker);
    if (shutting_down_)
      worker->fail("the server is shutting down");
    else if (has_predecessor(id, *worker))
      held_.emplace_back(id, worker);
    else
      submit(worker);
  });
  return std::make_unique<handle>(*this, std::move(worker));
}

void zygote_launcher::shut_down(std::chrono::milliseconds deadline) {
  // A process that was sent SIGKILL is gone within milliseconds unless the kernel holds it.
  constexpr std::chrono::seconds kill_deadline{1};
  auto idle = std::make_shared<std::promise<void>>();
  loop_.run_and_wait([this, deadline, idle] {
    shutting_down_ = true;
    on_idle_ = [idle] { idle->set_value(); };
    for (auto& x : std::exchange(waiting_, {}))
      x.worker->fail("the server is shutting down");
    for (auto& [id, worker] : std::exchange(held_, {}))
      worker->fail("the server is shutting down");
    for_each_worker(&worker_process::stop);
    loop_.call_after(deadline, [this] { for_each_worker(&worker_process::kill); });
    tell_when_idle();
  });
  if (idle->get_future().wait_for(deadline + kill_deadline) != std::future_status::ready)
    spdlog::error("a worker did not end within {} ms of being killed",
                  kill_deadline / std::chrono::milliseconds{1});
  loop_.run_and_wait([this] {
    if (zygote_pidfd_)
      syscall(SYS_pidfd_send_signal, zygote_pidfd_.get(), SIGKILL, nullptr, 0);
    if (zygote_pid_ > 0) {
      siginfo_t info{};
      waitid(P_PID, static_cast<id_t>(zygote_pid_), &info, WEXITED);
      zygote_pid_ = 0;
    }
    if (zygote_pidfd_)
      loop_.remove(zygote_pidfd_.get());
    if (zygote_socket_)
      loop_.remove(zygote_socket_.get());
    zygote_pidfd_.reset();
    zygote_socket_.reset();
  });
}

void zygote_launcher::watch_sandbox(const confined& x) {
  if (!x.enforced && !std::exchange(told_of_sandbox_, true))
    spdlog::warn("workers are not enclosed in their sandbox: {}",
                 x.missing.empty() ? "this build, or a test's setting, does without" : x.missing);
}

void zygote_launcher::for_each_worker(void (worker_process::*action)()) {
  auto all = workers_; // The action may end one at once and change the map.
  for (auto& [id, worker] : all)
    (worker.get()->*action)();
}

void zygote_launcher::tell_when_idle() {
  if (workers_.empty() && on_idle_)
    std::exchange(on_idle_, nullptr)();
}

void zygote_launcher::spawn_zygote() {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair.data()) < 0)
    return on_zygote_exit_(std::string{"no socket for the worker factory: "} + errno_text(errno));
  unique_fd ours{pair[0]};
  unique_fd theirs{pair[1]};
  pid_t pid = 0;
  if (auto error = spawn(options_.worker_program.string(), theirs.get(), pid); error != 0)
    return on_zygote_exit_("cannot start " + options_.worker_program.string() + ": " +
                           errno_text(error));
  zygote_pid_ = pid;
  zygote_pidfd_.reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  zygote_socket_ = std::move(ours);
  fcntl(zygote_socket_.get(), F_SETFL, O_NONBLOCK);
  loop_.add(zygote_socket_.get(), [this] { read_zygote(); });
  if (zygote_pidfd_)
    loop_.add(zygote_pidfd_.get(), [this] { reap_zygote(); });
  spdlog::debug("worker factory started, pid {}", pid);
  submit_waiting();
}

void zygote_launcher::read_zygote() {
  std::array<char, 1024> buffer{};
  for (;;) {
    auto n = recv(zygote_socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return;
    if (n <= 0) { // The pidfd tells how it ended.
      loop_.remove(zygote_socket_.get());
      return;
    }
    answer({buffer.data(), static_cast<std::size_t>(n)});
  }
}

void zygote_launcher::answer(std::string_view packet) {
  if (asked_.empty())
    return;
  auto worker = std::move(asked_.front());
  asked_.pop_front();
  auto tree = nlohmann::json::parse(packet, nullptr, false);
  if (tree.is_object() && tree.contains("pid") && tree["pid"].is_number_integer())
    worker->start(tree["pid"].get<int>());
  else if (tree.is_object() && tree.contains("error") && tree["error"].is_string())
    worker->fail("the worker factory could not make a worker: " + tree["error"].get<std::string>());
  else
    worker->fail("the worker factory answered what is not understood");
}

void zygote_launcher::reap_zygote() {
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(zygote_pid_), &info, WEXITED | WNOHANG) < 0 ||
      info.si_pid == 0)
    return;
  read_zygote(); // Answers that were given before the end.
  lose_zygote("the worker factory ended " +
              std::string{info.si_code == CLD_EXITED ? "with status " : "by signal "} +
              std::to_string(info.si_status));
}

void zygote_launcher::lose_zygote(const std::string& why) {
  loop_.remove(zygote_socket_.get());
  loop_.remove(zygote_pidfd_.get());
  zygote_socket_.reset();
  zygote_pidfd_.reset();
  zygote_pid_ = 0;
  // Whether these came to be is unknown; one that did sees its socket closed and ends.
  for (auto& worker : std::exchange(asked_, {}))
    worker->fail(why);
  loop_.call_after(orphan_grace, [this] { reap_orphans(); });
  on_zygote_exit_(why);
}

// A worker whose zygote ended before it could name it is our child and nobody waits for it.
void zygote_launcher::reap_orphans() {
  siginfo_t info{};
  while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
    auto known = info.si_pid == zygote_pid_;
    for (auto& [id, worker] : workers_)
      known = known || worker->pid() == info.si_pid;
    if (known)
      return; // Its own descriptor tells of it.
    waitpid(info.si_pid, nullptr, WNOHANG);
    info = {};
  }
}

/// Two workers in one folder would overwrite each other's playlist, and a camera may admit one
/// session only.
bool zygote_launcher::has_predecessor(worker_id id, worker_process& worker) {
  const auto* wanted = std::get_if<open_order>(&worker.what());
  if (wanted == nullptr) // Whoever looks at a camera writes nothing.
    return false;
  return std::any_of(workers_.begin(), workers_.end(), [&](const auto& x) {
    const auto* other = std::get_if<open_order>(&x.second->what());
    return x.first < id && other != nullptr && other->camera == wanted->camera &&
           other->stream == wanted->stream;
  });
}

void zygote_launcher::submit_held() {
  for (auto& [id, worker] : std::exchange(held_, {}))
    if (has_predecessor(id, *worker))
      held_.emplace_back(id, std::move(worker));
    else
      submit(worker);
}

void zygote_launcher::submit(const worker_ptr& worker) {
  if (zygote_socket_)
    return request(worker);
  waiting_.push_back({worker, event_loop::clock::now() + options_.launch_deadline});
  loop_.call_after(options_.launch_deadline, [this] { expire_waiting(); });
}

/// Fills in what only this side knows. Returns what went wrong.
std::string zygote_launcher::prepare(open_order& what) {
  std::error_code error;
  std::filesystem::create_directories(what.output_dir, error);
  if (error)
    return what.output_dir + ": cannot be made (" + error.message() + ")";
  what.run = make_run();
  if (options_.sequences != nullptr && !what.only) {
    auto first = options_.sequences->next(what.camera + '/' + what.stream);
    what.media_sequence = first.media_sequence;
    what.discontinuity_sequence = first.discontinuity_sequence;
  }
  return {};
}

void zygote_launcher::request(const worker_ptr& worker) {
  nlohmann::json tree = {{"camera", "probe"}, {"stream", "-"}};
  if (auto* stream = std::get_if<open_order>(&worker->what())) {
    if (auto error = prepare(*stream); !error.empty())
      return worker->fail(error);
    tree = {{"camera", stream->camera}, {"stream", stream->stream}};
  }
  auto ends = worker->make_channels();
  if (!ends)
    return; // It has failed and said so.
  if (!send_with_fds(zygote_socket_.get(), tree.dump(),
                     {ends->socket.get(), ends->log.get(), ends->media.get()})) {
    return worker->fail(std::string{"the worker factory takes no order: "} + errno_text(errno));
  }
  asked_.push_back(worker);
}

void zygote_launcher::submit_waiting() {
  for (auto& x : std::exchange(waiting_, {}))
    submit(x.worker);
}

void zygote_launcher::expire_waiting() {
  auto now = event_loop::clock::now();
  while (!waiting_.empty() && waiting_.front().deadline <= now) {
    auto worker = std::move(waiting_.front().worker);
    waiting_.pop_front();
    worker->fail("there is no worker factory");
  }
}

} // namespace camwall::media
