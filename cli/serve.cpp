#include "cli/serve.hpp"

#include "actors/wall_system.hpp"
#include "cli/commands.hpp"
#include "cli/compat_listeners.hpp"
#include "cli/http_probe.hpp"
#include "cli/install.hpp"
#include "cli/liveness.hpp"
#include "cli/log.hpp"
#include "cli/observers.hpp"
#include "cli/process.hpp"
#include "cli/service_manager.hpp"
#include "config/loader.hpp"
#include "http/server.hpp"
#include "media/server/output_folder.hpp"
#include "media/server/sequence_store.hpp"
#include "media/server/worker_prober.hpp"
#include "media/server/zygote_launcher.hpp"
#include "metrics/exporter.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <iostream>
#include <optional>
#include <thread>

namespace camwall::cli {

namespace {

/// How long workers may take to close their RTSP sessions.
constexpr std::chrono::milliseconds workers_stop_deadline{1000};

/// How long HTTP may take to answer the question whether it still works.
constexpr std::chrono::milliseconds http_probe_deadline{500};

metrics::live_road road_of(const media::live_counts& x) {
  return {.feeds = x.feeds,
          .subscriptions = x.subscriptions,
          .kept_bytes = x.kept_bytes,
          .chunks = x.chunks,
          .bytes = x.bytes};
}

/// A stream that is watched is asked for several times within its linger.
std::chrono::milliseconds demand_interval_of(const config::deadlines& x) {
  constexpr std::chrono::milliseconds least{250};
  constexpr std::chrono::milliseconds most{2000};
  constexpr int times = 8;
  return std::clamp(std::chrono::duration_cast<std::chrono::milliseconds>(x.linger) / times, least,
                    most);
}

http::live_limits live_limits_of(const config::wall& x) {
  return {.subscriptions_max = x.limits.subscriptions_max,
          .viewer_queue_bytes_max = std::size_t{x.limits.viewer_queue_mb} * 1024 * 1024,
          .demand_interval = demand_interval_of(x.deadlines),
          .walls = x.server.walls};
}

http::listen_options listen_options_of(const config::wall& x) {
  // A wall that shows itself, or hides, subscribes or unsubscribes all its channels at once.
  constexpr std::size_t messages_per_channel = 2;
  return {.address = x.server.address,
          .port = x.server.port,
          .hosts = x.server.hosts,
          .open_access = x.server.access == config::access_mode::open,
          .reactors = std::max<std::size_t>(1, std::thread::hardware_concurrency()),
          .connections_max = x.limits.connections_max,
          .connections_per_address_max = x.limits.connections_per_address_max,
          .websockets = {.messages_per_second_max =
                           messages_per_channel * http::live_limits{}.channels_max}};
}

} // namespace

// The order of the members is the order of the start; the destructor takes them down from the last
// to the first.
struct running_wall::impl {
  impl(config::wall x, install where)
    : config(std::make_shared<const config::wall>(std::move(x))),
      output(config->hls.directory),
      sequences(config->state_dir),
      exporter(snapshots, where.version),
      observer(exporter.http()),
      live_observer(exporter),
      installed(std::move(where)),
      launcher(
        {.worker_program = installed.programs / "camwall-worker",
         .stderr_lines_max = config->limits.stderr_lines_max,
         .sequences = &sequences,
         .on_limit = [this](std::string_view limit) { exporter.http().limit_reached(limit); },
         .on_media_dropped =
           [this](std::size_t chunks) { exporter.live().chunks_dropped("worker", chunks); }},
        [this](std::string why) { on_zygote_end(std::move(why)); }),
      prober(
        launcher.thread(),
        [this](media::probe_order what, std::function<void(media::worker_event)> sink) {
          return launcher.launch_probe(std::move(what), std::move(sink));
        },
        {.probes_max = config->limits.probes_max,
         .memory_mb = config->limits.worker_memory_mb,
         .sandbox_required = config->sandbox == config::sandbox_mode::required,
         .on_limit = [this](std::string_view limit) { exporter.http().limit_reached(limit); }}) {
    // nop
  }

  void on_zygote_end(std::string why) {
    if (auto tree = wall.load())
      tree->zygote_ended(std::move(why));
  }

  void start_tree() {
    auto tree = std::make_unique<wall_system>(wall_system::parts{
      .config = config,
      .launcher = &launcher,
      .snapshots = &snapshots,
      .metrics = &exporter.supervision(),
      .start_zygote = [this] { launcher.start_zygote(); },
      .on_end =
        [this] {
          gave_up = true;
          raise_end();
        },
    });
    wall = tree.get();
    owned_wall = std::move(tree);
  }

  static void raise_end() {
    ::kill(::getpid(), SIGTERM);
  }

  http::wall_services services() {
    return {.wall = &snapshots,
            .demand = [this](std::string_view camera,
                             std::string_view stream) { owned_wall->demand(camera, stream); },
            .order = [this](std::string_view camera,
                            camera_order what) { owned_wall->order(camera, what); },
            .prober = &prober,
            .live = &launcher.hub(),
            .live_limits = live_limits_of(*config),
            .live_observer = &live_observer,
            .metrics = [this] { return exporter.text(); },
            .ready = [this] { return wall.load() != nullptr && !gave_up; },
            .static_dir = installed.static_dir,
            .hls_dir = config->hls.directory,
            .segment_s = config->hls.segment.count(),
            .version = installed.version,
            .build = installed.build};
  }

  std::string start_http() {
    auto started = http::server::start(listen_options_of(*config), services(), observer);
    if (!started)
      return started.error();
    http = std::move(*started);
    return compat.start(services(), listen_options_of(*config), observer);
  }

  void ask_for_life() {
    parts.emplace(std::vector<liveness::part>{
      {"supervision", [this](const auto& token) { owned_wall->check(token); }},
      {"media I/O", [this](const auto& token) { launcher.check(token); }},
    });
  }

  std::shared_ptr<const config::wall> config;
  unique_fd lock;
  media::output_folder output;
  media::sequence_store sequences;
  snapshot_cell snapshots;
  metrics::exporter exporter;
  http_to_metrics observer;
  live_to_metrics live_observer;
  install installed;
  std::atomic<bool> gave_up = false;
  std::atomic<wall_system*> wall =
    nullptr; ///< For the media I/O thread, which starts before the tree.
  media::zygote_launcher launcher;
  media::worker_prober prober;
  std::unique_ptr<wall_system> owned_wall;
  std::unique_ptr<http::server> http;
  compat_listeners compat{config};
  std::optional<liveness> parts;
  bool stopped = false;
};

running_wall::running_wall(std::unique_ptr<impl> x) : impl_(std::move(x)) {
  // nop
}

running_wall::~running_wall() {
  stop();
}

std::unique_ptr<running_wall> running_wall::start(config::wall config, std::string& error) {
  std::error_code code;
  std::filesystem::create_directories(config.state_dir, code);
  auto lock = lock_folder(config.state_dir);
  if (!lock) {
    error = config.state_dir.string() +
            ": another server uses it, or it cannot be written; end the other one, mend the "
            "permissions or change state_dir";
    return nullptr;
  }
  auto where = find_install();
  if (!std::filesystem::exists(where.programs / "camwall-worker", code)) {
    error = "the program camwall-worker is not beside camwall; build or install it completely";
    return nullptr;
  }
  raise_descriptor_limit();
  auto x = std::make_unique<impl>(std::move(config), std::move(where));
  x->lock = std::move(lock);
  if (error = x->output.prepare(); !error.empty())
    return nullptr;
  std::set<std::string> known;
  for (const auto& camera : x->config->cameras)
    known.insert(camera.id);
  if (auto n = x->output.remove_orphans(known); n > 0)
    spdlog::info("removed {} files of cameras that are no longer configured", n);
  x->exporter.config_loaded(true);
  x->exporter.live().know_walls(x->config->server.walls);
  x->exporter.read_live_road([&hub = x->launcher.hub()] { return road_of(hub.counts()); });
  x->exporter.access_open(x->config->server.access == config::access_mode::open);
  if (x->config->server.access == config::access_mode::open)
    spdlog::warn("server.access: open — whoever reaches {}:{} may watch every camera",
                 x->config->server.address, x->config->server.port);
  x->start_tree();
  if (error = x->start_http(); !error.empty()) {
    running_wall{std::move(x)}.stop();
    return nullptr;
  }
  x->ask_for_life();
  return std::unique_ptr<running_wall>{new running_wall{std::move(x)}};
}

const snapshot_cell& running_wall::snapshots() const {
  return impl_->snapshots;
}

std::uint16_t running_wall::port() const {
  return impl_->http->port();
}

bool running_wall::gave_up() const {
  return impl_->gave_up;
}

std::vector<std::string> running_wall::silent_parts() {
  auto out = impl_->parts->silent_parts();
  if (!http_answers(impl_->config->server.address, port(), http_probe_deadline))
    out.emplace_back("HTTP");
  return out;
}

void running_wall::stop() {
  if (std::exchange(impl_->stopped, true))
    return;
  impl_->compat.stop();
  if (impl_->http)
    impl_->http->stop();
  if (impl_->owned_wall)
    impl_->owned_wall->stop();
  impl_->launcher.shut_down(workers_stop_deadline);
  impl_->output.wipe();
}

namespace {

/// Waits for SIGINT or SIGTERM, and tells the manager's watchdog meanwhile that all is well, as
/// long as it is.
int wait_for_end(running_wall& wall, service_manager& manager) {
  // Two checks may fail, or come late, before the watchdog's patience ends.
  auto period = manager.watchdog_period() / 4;
  auto whole = std::chrono::duration_cast<std::chrono::seconds>(period);
  timespec wait{whole.count(), std::chrono::nanoseconds{period - whole}.count()};
  auto watched = period.count() > 0;
  auto signals = ending_signals();
  auto contains = [](const std::vector<std::string>& all, const std::string& x) {
    return std::find(all.begin(), all.end(), x) != all.end();
  };
  std::vector<std::string> silent;
  std::vector<std::string> told;
  for (;;) {
    auto signal = sigtimedwait(&signals, nullptr, watched ? &wait : nullptr);
    if (signal > 0)
      return signal;
    if (errno != EAGAIN)
      continue;
    auto now_silent = wall.silent_parts();
    for (const auto& x : now_silent)
      if (contains(silent, x) && !contains(told, x)) { // Once may be a machine that is busy.
        spdlog::critical("{} does not answer; the watchdog is not told that all is well", x);
        told.push_back(x);
      }
    silent = std::move(now_silent);
    if (silent.empty()) {
      told.clear();
      manager.alive();
    }
  }
}

} // namespace

int serve(const std::filesystem::path& config_file) {
  auto config = config::load_file(config_file, config::process_environment());
  if (!config) {
    for (const auto& x : config.error())
      std::cerr << to_string(x) << '\n';
    std::cerr << "nothing was started\n";
    return exit_bad_config;
  }
  forbid_core_dumps();
  block_ending_signals();
  set_up_log(config->log);
  for (const auto& x : config->warnings)
    spdlog::warn("{}", x);
  auto cameras = config->cameras.size();
  auto address = config->server.address;
  std::string error;
  auto wall = running_wall::start(std::move(*config), error);
  if (!wall) {
    spdlog::critical("{}", error);
    return exit_failed;
  }
  auto status = fmt::format("wall of {} cameras on http://{}:{}/", cameras, address, wall->port());
  spdlog::info("{}", status);
  service_manager manager;
  manager.ready(status);
  auto signal = wait_for_end(*wall, manager);
  unblock_ending_signals(); // Whoever cannot wait sends another.
  manager.stopping();
  spdlog::info("{}: stopping", signal == SIGINT ? "interrupted" : "told to end");
  wall->stop();
  return wall->gave_up() ? exit_failed : exit_ok;
}

} // namespace camwall::cli
