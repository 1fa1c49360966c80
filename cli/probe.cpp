#include "cli/commands.hpp"
#include "cli/install.hpp"
#include "cli/log.hpp"
#include "cli/probe_text.hpp"
#include "cli/process.hpp"
#include "core/probe_json.hpp"
#include "core/redact.hpp"
#include "media/server/worker_prober.hpp"
#include "media/server/zygote_launcher.hpp"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>

namespace camwall::cli {

namespace {

constexpr std::size_t password_bytes_max = 256;

/// How long the worker may take to take leave of the camera after Ctrl-C.
constexpr std::chrono::milliseconds farewell{300};

/// Puts the login into the address. Returns what is wrong with it.
std::string add_login(probe_options& x) {
  constexpr std::string_view scheme = "rtsp://";
  std::string password;
  if (x.password_from_stdin && !std::getline(std::cin, password))
    return "there is no password on the standard input";
  if (password.size() > password_bytes_max)
    return "the password is longer than " + std::to_string(password_bytes_max) + " bytes";
  if (x.username.empty())
    return x.password_from_stdin ? "--password-stdin needs a --username" : "";
  if (!x.url.starts_with(scheme))
    return "the address does not begin with rtsp://";
  auto rest = x.url.substr(scheme.size());
  if (rest.substr(0, rest.find_first_of("/?")).find('@') != std::string::npos)
    return "the address has a login already";
  auto login = percent_encode(x.username);
  if (!password.empty())
    login += ':' + percent_encode(password);
  x.url = std::string{scheme} + login + '@' + rest;
  return {};
}

/// A report that another thread hands over, or a signal: whichever comes first.
class outcome {
public:
  outcome() : ready_(::eventfd(0, EFD_CLOEXEC)) {
    auto ending = ending_signals();
    signals_.reset(::signalfd(-1, &ending, SFD_CLOEXEC));
    if (!ready_ || !signals_)
      throw std::system_error{errno, std::system_category(), "eventfd"};
  }

  void set(probe_report x) {
    std::lock_guard guard{mutex_};
    report_ = std::move(x);
    std::uint64_t one = 1;
    [[maybe_unused]] auto n = ::write(ready_.get(), &one, sizeof one);
  }

  /// Nothing when a signal ended the wait.
  std::optional<probe_report> wait() {
    std::array<pollfd, 2> either{pollfd{ready_.get(), POLLIN, 0},
                                 pollfd{signals_.get(), POLLIN, 0}};
    while (::poll(either.data(), either.size(), -1) < 0 && errno == EINTR) {
      // nop
    }
    // A signal that is left pending would end the process when it is unblocked.
    signalfd_siginfo signal{};
    if (either[1].revents != 0 && ::read(signals_.get(), &signal, sizeof signal) < 0)
      spdlog::debug("a signal is gone");
    std::lock_guard guard{mutex_};
    return std::move(report_);
  }

private:
  unique_fd ready_;
  unique_fd signals_;
  std::mutex mutex_;
  std::optional<probe_report> report_; // Guarded by mutex_.
};

int tell(const probe_report& x, bool as_json) {
  std::cout << (as_json ? to_json(x) + '\n' : to_text(x)) << std::flush;
  if (x.reason == reason::none)
    return exit_ok;
  return x.shown_url.empty() ? exit_bad_config : exit_failed; // It was no address, or it is.
}

} // namespace

int probe(probe_options options) {
  forbid_core_dumps();
  block_ending_signals();
  set_up_log({.level = "err"});
  if (auto wrong = add_login(options); !wrong.empty()) {
    std::cerr << "camwall: " << wrong << '\n';
    return exit_bad_config;
  }
  auto where = find_install();
  auto result = std::make_shared<outcome>();
  media::zygote_launcher launcher{{.worker_program = where.programs / "camwall-worker"},
                                  // The probe itself tells that there is no worker.
                                  [](const std::string& why) { spdlog::debug("{}", why); }};
  media::worker_prober prober{
    launcher.io_thread(),
    [&launcher](media::probe_order order, std::function<void(media::worker_event)> sink) {
      return launcher.launch_probe(std::move(order), std::move(sink));
    },
    {.sandbox_required = options.sandbox_required}};
  launcher.start_zygote();
  prober.probe({.url = options.url,
                .transport = options.transport,
                .deadline = std::chrono::milliseconds{static_cast<std::chrono::milliseconds::rep>(
                  options.deadline_s * 1000)}},
               [result](probe_report x) { result->set(std::move(x)); });
  auto report = result->wait();
  unblock_ending_signals(); // Whoever cannot wait sends another.
  launcher.shut_down(farewell);
  return report ? tell(*report, options.as_json) : exit_interrupted;
}

} // namespace camwall::cli
