#include "cli/configuration.hpp"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace camwall::cli {

namespace {

using kind = change_refusal::kind;

change_refusal busy() {
  return {.what = kind::unavailable,
          .code = "configuration_busy",
          .detail = "Too many changes of the configuration wait already; try again in a moment."};
}

change_refusal ending() {
  return {.what = kind::unavailable,
          .code = "server_ending",
          .detail = "The server is ending; nothing has changed."};
}

} // namespace

void configuration::inbox::ring() const {
  std::uint64_t one = 1;
  [[maybe_unused]] auto n = ::write(bell.get(), &one, sizeof one); // Full is as good as rung.
}

configuration::configuration(parts x)
  : parts_(std::move(x)), files_(parts_.first->cameras_dir), in_force_(parts_.first) {
  inbox_->bell.reset(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!inbox_->bell)
    throw std::system_error{errno, std::system_category(), "eventfd"};
  if (auto cleaned = files_.clean(); !cleaned)
    spdlog::warn("{}", cleaned.error());
  publish_cameras();
  remember({.successful = true});
}

configuration::~configuration() {
  stop();
}

void configuration::start() {
  thread_ = std::thread{[this] { run(); }};
}

void configuration::stop() {
  std::deque<ordered_change> changes;
  std::vector<ordered_reload> reloads;
  {
    std::lock_guard guard{inbox_->mutex};
    inbox_->closed = true;
    inbox_->ring();
  }
  if (thread_.joinable())
    thread_.join();
  {
    std::lock_guard guard{inbox_->mutex};
    changes.swap(inbox_->changes);
    reloads.swap(inbox_->reloads);
  }
  for (auto& x : changes)
    x.done(tl::unexpected(ending()));
  for (auto& x : reloads)
    x.done(tl::unexpected(ending()));
}

std::shared_ptr<const configured_wall> configuration::cameras() const {
  std::lock_guard guard{shown_mutex_};
  return shown_;
}

std::shared_ptr<const reload_outcome> configuration::last_reload() const {
  std::lock_guard guard{shown_mutex_};
  return last_read_;
}

tl::expected<std::string, change_refusal> configuration::with_login_of(
  std::string_view id, std::string_view url, std::string_view username) const {
  auto wall = [this] {
    std::lock_guard guard{shown_mutex_};
    return readable_;
  }();
  return add_known_login(*wall, id, url, username);
}

void configuration::apply(camera_change change, std::function<void(change_result)> done) {
  auto why = [&]() -> std::optional<change_refusal> {
    std::lock_guard guard{inbox_->mutex};
    if (inbox_->closed)
      return ending();
    if (inbox_->changes_in_flight >= waiting_max)
      return busy();
    ++inbox_->changes_in_flight;
    inbox_->changes.push_back({std::move(change), done});
    inbox_->ring();
    return std::nullopt;
  }();
  if (!why)
    return;
  if (parts_.on_limit && why->code == busy().code)
    parts_.on_limit("configuration_changes");
  done(tl::unexpected(std::move(*why)));
}

void configuration::reload(std::function<void(reload_result)> done) {
  reload_for("api", std::move(done));
}

void configuration::reload_for(std::string trigger, std::function<void(reload_result)> done) {
  auto why = [&]() -> std::optional<change_refusal> {
    std::lock_guard guard{inbox_->mutex};
    if (inbox_->closed)
      return ending();
    if (inbox_->reloads.size() >= waiting_max)
      return busy();
    inbox_->reloads.push_back({std::move(trigger), done});
    inbox_->ring();
    return std::nullopt;
  }();
  if (!why)
    return;
  if (parts_.on_limit && why->code == busy().code)
    parts_.on_limit("configuration_reloads");
  done(tl::unexpected(std::move(*why)));
}

void configuration::camera_ended(const std::string& id) {
  std::lock_guard guard{inbox_->mutex};
  if (inbox_->closed)
    return;
  inbox_->ended.insert(id);
  inbox_->ring();
}

void configuration::run() {
  watch_again(); // The first places are new ones: what happened since the start is looked at.
  for (;;) {
    wait();
    {
      std::lock_guard guard{inbox_->mutex};
      if (inbox_->closed)
        return;
    }
    clean_ended();
    serve_changes();
    serve_reloads();
    if (change_is_due())
      read_again("file");
  }
}

/// Until somebody wants something, a file changes, or it is time to look.
void configuration::wait() {
  auto due = next_due();
  int timeout_ms = -1;
  if (due)
    timeout_ms = static_cast<int>(std::max<std::int64_t>(
      0, std::chrono::ceil<std::chrono::milliseconds>(*due - clock::now()).count()));
  std::array<pollfd, 2> fds{{{inbox_->bell.get(), POLLIN, 0}, {watcher_.fd(), POLLIN, 0}}};
  poll(fds.data(), fds.size(), timeout_ms);
  std::uint64_t rung = 0;
  [[maybe_unused]] auto n = ::read(inbox_->bell.get(), &rung, sizeof rung);
  if (watcher_.take_events())
    note_change();
}

void configuration::serve_changes() {
  // Those that come meanwhile ring again.
  std::deque<ordered_change> all;
  {
    std::lock_guard guard{inbox_->mutex};
    all.swap(inbox_->changes);
  }
  for (auto& x : all)
    serve(std::move(x));
}

void configuration::serve(ordered_change x) {
  // Somebody may have edited a file a moment ago, also the very one: his settings must not be lost,
  // nor what he left half done be built on.
  if (auto read = read_again("file"); !read) {
    auto why = std::move(read.error());
    why.what = kind::unavailable;
    return finish(x, tl::unexpected(std::move(why)));
  }
  auto plan = plan_change(x.what, *in_force_, key_);
  if (!plan)
    return finish(x, tl::unexpected(std::move(plan.error())));
  if (x.probed || !plan->probe || parts_.prober == nullptr)
    return finish(x, write(x, *plan));
  // Others need not wait for the camera. What was found true before is looked at again afterwards.
  auto shared = std::make_shared<ordered_change>(std::move(x));
  parts_.prober->probe(std::move(*plan->probe), [inbox = inbox_,
                                                 shared](const probe_report& report) {
    auto refused = report.reason != reason::none ? std::optional{refusal_of(report)} : std::nullopt;
    {
      std::lock_guard guard{inbox->mutex};
      if (inbox->closed)
        refused = ending();
      if (refused) {
        --inbox->changes_in_flight;
      } else {
        shared->probed = true;
        inbox->changes.push_back(std::move(*shared));
        inbox->ring();
      }
    }
    if (refused)
      shared->done(tl::unexpected(std::move(*refused)));
  });
}

void configuration::finish(const ordered_change& x, change_result result) {
  {
    std::lock_guard guard{inbox_->mutex};
    --inbox_->changes_in_flight;
  }
  x.done(std::move(result));
}

/// Puts the change on the disk and into force. When the files as a whole cannot be taken, it is
/// taken back.
configuration::change_result configuration::write(const ordered_change& x,
                                                  const planned_change& plan) {
  auto put = [&](const std::optional<std::string>& text) {
    return text ? files_.write(plan.id, *text) : files_.remove(plan.id);
  };
  if (auto written = put(plan.text); !written)
    return refuse(kind::unavailable, "files_unwritable", std::move(written.error()));
  spdlog::info("camera {}: {} over the API by {}", plan.id,
               !plan.text      ? "removed"
               : !plan.earlier ? "added"
                               : "changed",
               x.what.who.empty() ? "somebody" : x.what.who);
  auto taken = read_again("api");
  auto now = cameras();
  const auto* found = now->find(plan.id);
  if (taken && plan.text && found != nullptr)
    return *found;
  if (taken && !plan.text && found == nullptr)
    return plan.before;
  if (auto undone = put(plan.earlier); !undone)
    spdlog::error("the change of camera {} could not be taken back: {}", plan.id, undone.error());
  auto why = taken ? change_refusal{.what = kind::unavailable,
                                    .code = "files_changed",
                                    .detail = "The files were changed meanwhile; try again."}
                   : std::move(taken.error());
  why.what = kind::unavailable;
  return tl::unexpected(std::move(why));
}

/// All that wait get the same answer.
void configuration::serve_reloads() {
  std::vector<ordered_reload> all;
  {
    std::lock_guard guard{inbox_->mutex};
    all.swap(inbox_->reloads);
  }
  if (all.empty())
    return;
  auto result = read_again(all.front().trigger);
  for (auto& x : all)
    x.done(result);
}

void configuration::clean_ended() {
  std::set<std::string> all;
  {
    std::lock_guard guard{inbox_->mutex};
    all.swap(inbox_->ended);
  }
  for (const auto& id : all) {
    std::set<std::string> kept;
    for (const auto& x : in_force_->cameras)
      if (x.id == id)
        kept =
          x.sub_url.empty() ? std::set<std::string>{"main"} : std::set<std::string>{"main", "sub"};
    if (parts_.clean)
      parts_.clean(id, kept);
  }
}

} // namespace camwall::cli
