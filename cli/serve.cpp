#include "cli/serve.hpp"

#include "actors/wall_system.hpp"
#include "cli/access_wiring.hpp"
#include "cli/adhoc_cameras.hpp"
#include "cli/commands.hpp"
#include "cli/compat_listeners.hpp"
#include "cli/configuration.hpp"
#include "cli/http_probe.hpp"
#include "cli/install.hpp"
#include "cli/liveness.hpp"
#include "cli/log.hpp"
#include "cli/observers.hpp"
#include "cli/options.hpp"
#include "cli/process.hpp"
#include "cli/service_manager.hpp"
#include "cli/wait_for_end.hpp"
#include "cli/webhooks.hpp"
#include "config/loader.hpp"
#include "http/api/view_store.hpp"
#include "http/server.hpp"
#include "media/server/output_folder.hpp"
#include "media/server/sequence_store.hpp"
#include "media/server/snapshots.hpp"
#include "media/server/worker_prober.hpp"
#include "media/server/zygote_launcher.hpp"
#include "metrics/exporter.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <optional>
#include <thread>

namespace camwall::cli {

namespace {

/// How long workers may take to close their RTSP sessions.
constexpr std::chrono::milliseconds workers_stop_deadline{1000};

/// How long HTTP may take to answer the question whether it still works.
constexpr std::chrono::milliseconds http_probe_deadline{500};

std::vector<std::string> ids_of(const config::wall& x) {
  std::vector<std::string> out;
  for (const auto& camera : x.cameras)
    out.push_back(camera.id);
  return out;
}

double disk_free_min_bytes(const config::wall& x) {
  return static_cast<double>(std::size_t{x.limits.disk_free_min_mb} * 1024 * 1024);
}

/// How long it may take until readers see another configuration.
constexpr std::chrono::milliseconds shown_deadline{3000};

/// Whether readers see the cameras of this configuration, and no others.
bool shows(const wall_snapshot& wall, const config::wall& what) {
  return wall.cameras.size() == what.cameras.size() &&
         std::all_of(what.cameras.begin(), what.cameras.end(), [&](const auto& camera) {
           const auto* found = wall.find(camera.id);
           return found != nullptr && found->label == camera.label && found->group == camera.group;
         });
}

} // namespace

// The order of the members is the order of the start; the destructor takes them down from the last
// to the first.
struct running_wall::impl {
  impl(config::wall x, install where)
    : config(std::make_shared<const config::wall>(std::move(x))),
      output(config->hls.directory),
      sequences(config->state_dir),
      last(config->state_dir / "last_pictures", ids_of(*config)),
      exporter(snapshots, where.version),
      observer(exporter.http()),
      live_observer(exporter),
      access_observer(exporter.http()),
      access(access_settings_of(*config),
             {.state_file = config->state_dir / "access.json", .observer = &access_observer}),
      views({.file = config->state_dir / "views.json",
             .on_limit = [this](std::string_view limit) { exporter.http().limit_reached(limit); },
             .on_warning = [](std::string_view text) { spdlog::warn("{}", text); }}),
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
        launcher.io_thread(),
        [this](media::probe_order what, std::function<void(media::worker_event)> sink) {
          return launcher.launch_probe(std::move(what), std::move(sink));
        },
        {.probes_max = config->limits.probes_max,
         .memory_mb = config->limits.worker_memory_mb,
         .sandbox_required = config->sandbox == config::sandbox_mode::required,
         .on_limit = [this](std::string_view limit) { exporter.http().limit_reached(limit); }}) {
    views.configure(config->views);
  }

  /// Only after the tree: what waits for a picture may start a camera.
  void start_pictures() {
    pictures = media::snapshots::start(
      {.wall = &snapshots,
       .desk = &launcher.stills(),
       .last = &last,
       .thread = launcher.io_thread(),
       .demand = [this](std::string_view camera,
                        std::string_view stream) { owned_wall->demand(camera, stream); },
       .on_limit = [this](std::string_view limit) { exporter.http().limit_reached(limit); },
       .time_to_live = std::chrono::duration_cast<std::chrono::milliseconds>(config->snapshots.ttl),
       .cache_bytes_max = std::size_t{config->snapshots.cache_mb} * 1024 * 1024});
    exporter.read_snapshots([source = pictures] { return source->statistics(); });
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
      .with_adhoc = &with_adhoc,
      .metrics = &exporter.supervision(),
      .start_zygote = [this] { launcher.start_zygote(); },
      .on_end =
        [this] {
          gave_up = true;
          raise_end();
        },
      .on_camera_ended = [this](const std::string& id) { catalogue->camera_ended(id); },
    });
    wall = tree.get();
    owned_wall = std::move(tree);
    adhoc = std::make_unique<adhoc_cameras>(adhoc_cameras::parts{
      .first = config,
      .wall = &with_adhoc,
      .take = [this](auto newer) { owned_wall->take(std::move(newer)); },
      .on_limit = [this](std::string_view limit) { exporter.http().limit_reached(limit); }});
    compat.open_to(*adhoc, with_adhoc);
    exporter.read_adhoc([from = adhoc.get()] { return from->status(); });
  }

  void make_catalogue(const std::filesystem::path& file) {
    catalogue = std::make_unique<configuration>(configuration::parts{
      .file = file,
      .env = config::process_environment(),
      .first = config,
      .prober = &prober,
      .take = [this](const auto& newer) { take(newer); },
      .clean = [this](const auto& camera,
                      const auto& kept) { output.remove_streams(camera, kept); },
      .on_read = [this](bool successful) { exporter.config_loaded(successful); },
      .on_limit = [this](std::string_view limit) { exporter.http().limit_reached(limit); },
    });
  }

  void start_webhooks() {
    hooks = std::make_unique<webhooks>(
      webhooks::parts{.wall = &snapshots,
                      .last_reload = [this] { return catalogue->last_reload(); },
                      .version = installed.version,
                      .build = installed.build});
    exporter.read_webhooks([from = hooks.get()] { return from->statistics(); });
    hooks->take(*config);
  }

  /// Who was built from the configuration of the start and lives on. Ids and names come first: the
  /// tree shows new cameras at once.
  void take(const std::shared_ptr<const config::wall>& newer) {
    compat.take(newer);
    hosts.exchange(newer->server.hosts);
    walls.exchange(newer->server.walls);
    exporter.live().know_walls(newer->server.walls);
    exporter.viewers().know_walls(newer->server.walls);
    exporter.disk_free_min(disk_free_min_bytes(*newer));
    access.configure(access_settings_of(*newer));
    views.configure(newer->views);
    spdlog::set_level(spdlog::level::from_str(newer->log.level));
    adhoc->take(newer);
    hooks->take(*newer);
    wait_until_shown(*newer); // Who asks after a change was answered has to see it.
  }

  /// The tree shows its cameras on a thread of its own.
  void wait_until_shown(const config::wall& what) {
    snapshots.wait_for(shown_deadline, [&](const wall_snapshot& x) { return shows(x, what); });
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
            .catalogue = catalogue.get(),
            .access = &access,
            .views = &views,
            .prober = &prober,
            .snapshots = pictures.get(),
            .live = &launcher.hub(),
            .live_limits = live_limits_of(*config, walls),
            .live_observer = &live_observer,
            .adhoc = [from = adhoc.get()] { return from->status(); },
            .metrics = [this] { return exporter.text(); },
            .ready = [this] { return wall.load() != nullptr && !gave_up; },
            .templates = templates_as_json,
            .limits = limits_of(config->limits),
            .static_dir = installed.static_dir,
            .hls_dir = config->hls.directory,
            .segment_s = config->hls.segment.count(),
            .version = installed.version,
            .build = installed.build};
  }

  std::string start_http() {
    auto listen = listen_options_of(*config, hosts);
    auto started = http::server::start(listen, services(), observer);
    if (!started)
      return started.error();
    http = std::move(*started);
    return compat.start(services(), listen, observer);
  }

  void ask_for_life() {
    parts.emplace(std::vector<liveness::part>{
      {"supervision", [this](const auto& token) { owned_wall->check(token); }},
      {"media I/O", [this](const auto& token) { launcher.check(token); }},
    });
  }

  std::shared_ptr<const config::wall> config; ///< Of the start.
  name_list hosts{config->server.hosts};
  name_list walls{config->server.walls};
  unique_fd lock;
  media::output_folder output;
  media::sequence_store sequences;
  media::last_pictures last;
  snapshot_cell snapshots;
  snapshot_cell with_adhoc; ///< The same and the cameras that clients named.
  metrics::exporter exporter;
  http_to_metrics observer;
  live_to_metrics live_observer;
  access_to_metrics access_observer;
  http::access_control access;
  http::view_store views;
  install installed;
  std::atomic<bool> gave_up = false;
  std::atomic<wall_system*> wall =
    nullptr; ///< For the media I/O thread, which starts before the tree.
  media::zygote_launcher launcher;
  media::worker_prober prober;
  std::unique_ptr<wall_system> owned_wall;
  std::unique_ptr<adhoc_cameras> adhoc;
  std::unique_ptr<configuration> catalogue;
  std::unique_ptr<webhooks> hooks;
  std::shared_ptr<media::snapshots> pictures;
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

std::unique_ptr<running_wall> running_wall::start(const std::filesystem::path& file,
                                                  config::wall config, std::string& error) {
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
  x->exporter.viewers().know_walls(x->config->server.walls);
  x->exporter.disk_free_min(disk_free_min_bytes(*x->config));
  x->exporter.watch_disks({{"hls", x->config->hls.directory}, {"state", x->config->state_dir}});
  x->exporter.read_mailboxes([wall = &x->wall] {
    auto* tree = wall->load();
    return tree == nullptr ? wall_system::depths{} : tree->mailbox_depths();
  });
  x->exporter.read_live_road([&hub = x->launcher.hub()] { return road_of(hub.counts()); });
  x->exporter.access_open(x->config->server.access == config::access_mode::open);
  if (x->config->server.access == config::access_mode::open)
    spdlog::warn("server.access: open — whoever reaches {}:{} may watch every camera",
                 x->config->server.address, x->config->server.port);
  x->start_tree();
  x->make_catalogue(file);
  x->start_webhooks();
  x->start_pictures();
  x->wait_until_shown(*x->config); // The first client already finds every camera.
  if (error = x->start_http(); !error.empty()) {
    running_wall{std::move(x)}.stop();
    return nullptr;
  }
  x->catalogue->start();
  x->ask_for_life();
  return std::unique_ptr<running_wall>{new running_wall{std::move(x)}};
}

const snapshot_cell& running_wall::snapshots() const {
  return impl_->snapshots;
}

std::uint16_t running_wall::port() const {
  return impl_->http->port();
}

configuration& running_wall::catalogue() {
  return *impl_->catalogue;
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
  if (impl_->catalogue)
    impl_->catalogue->stop();
  if (impl_->hooks)
    impl_->hooks->stop();
  if (impl_->adhoc)
    impl_->adhoc->stop();
  if (impl_->pictures)
    impl_->pictures->stop();
  if (impl_->owned_wall)
    impl_->owned_wall->stop();
  impl_->launcher.shut_down(workers_stop_deadline);
  impl_->output.wipe();
}

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
  block_signal(reload_signal);
  set_up_log(config->log);
  for (const auto& x : config->warnings)
    spdlog::warn("{}", x);
  auto cameras = config->cameras.size();
  auto address = config->server.address;
  std::string error;
  auto wall = running_wall::start(config_file, std::move(*config), error);
  if (!wall) {
    spdlog::critical("{}", error);
    return exit_failed;
  }
  auto status = fmt::format("wall of {} cameras on http://{}:{}/", cameras, address, wall->port());
  spdlog::info("{}", status);
  service_manager manager;
  manager.ready(status);
  auto signal = wait_for_end(*wall, manager, status);
  unblock_ending_signals(); // Whoever cannot wait sends another.
  manager.stopping();
  spdlog::info("{}: stopping", signal == SIGINT ? "interrupted" : "told to end");
  wall->stop();
  return wall->gave_up() ? exit_failed : exit_ok;
}

} // namespace camwall::cli
