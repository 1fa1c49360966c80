#include "cli/commands.hpp"
#include "cli/install.hpp"
#include "cli/log.hpp"
#include "cli/process.hpp"
#include "cli/serve.hpp"
#include "config/loader.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>
#include <time.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>
#include <set>

namespace camwall::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::chrono::seconds simulator_deadline{20};
constexpr timespec poll_period{.tv_sec = 0, .tv_nsec = 100'000'000};

/// A folder that is deleted at the end when it was made by us.
class work_folder {
public:
  explicit work_folder(const fs::path& wanted) : path_(wanted), ours_(wanted.empty()) {
    if (ours_) {
      auto pattern = (fs::temp_directory_path() / "camwall-demo-XXXXXX").string();
      if (mkdtemp(pattern.data()) == nullptr)
        throw std::system_error{errno, std::system_category(), pattern};
      path_ = pattern;
    }
    fs::create_directories(path_);
  }
  ~work_folder() {
    std::error_code ignored;
    if (ours_)
      fs::remove_all(path_, ignored);
  }
  work_folder(const work_folder&) = delete;
  work_folder& operator=(const work_folder&) = delete;

  const fs::path& path() const {
    return path_;
  }

private:
  fs::path path_;
  bool ours_;
};

/// Writes the configuration that a person would write for these cameras.
void write_config(const fs::path& file, const std::string& listen, const nlohmann::json& cameras) {
  std::ofstream out{file};
  out << "# The wall of `camwall demo`: one entry for each simulated camera.\n"
      << "server:\n  listen: " << listen << "\n"
      << "hls:\n  directory: hls_out\n"
      << "state_dir: state\n"
      << "log:\n  level: warn\n" // The lines of the demo are what a person wants to see.
      << "cameras:\n";
  for (const auto& x : cameras) {
    // JSON strings are YAML strings too, quotes and all.
    out << "  - id: " << x.at("name").get<std::string>() << '\n'
        << "    label: " << x.at("label").dump() << '\n'
        << "    url: " << x.at("streams").at("main").dump() << '\n'
        << "    sub_url: " << x.at("streams").at("sub").dump() << '\n';
  }
  out.flush();
  if (!out)
    throw std::runtime_error{file.string() + ": cannot be written"};
}

/// Prints a line for each camera when it comes up for the first time.
class progress_printer {
public:
  explicit progress_printer(const snapshot_cell& cell)
    : cell_(cell), started_(std::chrono::steady_clock::now()) {
    // nop
  }

  void look() {
    auto wall = cell_.load();
    for (const auto& x : wall->cameras)
      if (x.phase == phase::live && seen_.insert(x.id).second) {
        auto took = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_);
        std::cout << fmt::format("  {:>2}/{}  {}  {} is live after {:.1f} s\n", seen_.size(),
                                 wall->cameras.size(), x.id, x.label, took.count())
                  << std::flush;
      }
  }

private:
  const snapshot_cell& cell_;
  std::chrono::steady_clock::time_point started_;
  std::set<std::string> seen_;
};

fs::path find_clips(const demo_options& options, const install& where) {
  for (const auto& x : {options.clips, where.programs / "../clips", where.programs / "clips",
                        where.programs / "../../share/camwall/clips"})
    if (!x.empty() && fs::exists(x / "demo.json"))
      return x;
  throw std::runtime_error{
    "no clips for the simulated cameras; install the package camwall-demo, or make them with "
    "`ops/make_clips.sh build/clips` and name the folder with --clips"};
}

void run_until_signal(const running_wall& wall) {
  progress_printer printer{wall.snapshots()};
  auto signals = ending_signals();
  while (sigtimedwait(&signals, nullptr, &poll_period) < 0)
    printer.look();
  unblock_ending_signals();
}

} // namespace

int demo(const demo_options& options) {
  auto where = find_install();
  auto clips = find_clips(options, where);
  forbid_core_dumps();
  block_ending_signals();
  work_folder work{options.work};
  auto ready_file = work.path() / "cameras.json";
  std::cout << "starting sixteen simulated cameras …" << std::endl;
  child_process simulator{{(where.programs / "camwall-camera-sim").string(), "--demo",
                           clips.string(), "--port", std::to_string(options.camera_port),
                           "--control-port", std::to_string(options.control_port), "--ready-file",
                           ready_file.string()}};
  auto line = simulator.read_line(simulator_deadline);
  if (!line.starts_with("ready"))
    throw std::runtime_error{"the simulated cameras did not start; is a port from " +
                             std::to_string(options.camera_port + 1) +
                             " on in use? Choose others with --camera-port"};
  auto cameras = nlohmann::json::parse(std::ifstream{ready_file});
  auto config_file = work.path() / "wall.yaml";
  write_config(config_file, options.listen, cameras.at("cameras"));
  auto config = config::load_file(config_file, config::process_environment());
  if (!config)
    throw std::runtime_error{to_string(config.error().front())};
  set_up_log(config->log);
  auto address = config->server.address;
  std::string error;
  auto wall = running_wall::start(config_file, std::move(*config), error);
  if (!wall)
    throw std::runtime_error{error};
  std::cout << fmt::format("wall: http://{}:{}/\n", address, wall->port())
            << fmt::format("control: 127.0.0.1:{}\n", cameras.value("control_port", 0))
            << "Ctrl-C ends it." << std::endl;
  run_until_signal(*wall);
  std::cout << "\nstopping …" << std::endl;
  wall->stop();
  return wall->gave_up() ? exit_failed : exit_ok;
}

} // namespace camwall::cli
