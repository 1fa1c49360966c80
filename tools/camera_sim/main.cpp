// camwall-camera-sim: many simulated RTSP cameras in one process, with faults on command.

#include "tools/camera_sim/commands.hpp"
#include "tools/camera_sim/control.hpp"
#include "tools/camera_sim/mounts_file.hpp"
#include "tools/camera_sim/simulator.hpp"

#include <CLI/CLI.hpp>
#include <glib-unix.h>
#include <gst/gst.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace {

namespace sim = camwall::camera_sim;
namespace fs = std::filesystem;

constexpr int exit_usage = 2;

struct options {
  fs::path demo;
  fs::path variants;
  fs::path mounts;
  fs::path clips;
  fs::path ready_file;
  std::size_t cameras = 16;
  std::uint16_t base_port = 8554;
  std::uint16_t control_port = 9554;
  bool relay = false;
};

/// `count` demo cameras: the sixteen, and then the same again under further names.
std::vector<sim::camera_options> repeat(const std::vector<sim::camera_options>& cameras,
                                        std::size_t count) {
  std::vector<sim::camera_options> result;
  for (std::size_t i = 0; i < count; ++i) {
    result.push_back(cameras[i % cameras.size()]);
    if (i < cameras.size())
      continue;
    const auto round = std::to_string(i / cameras.size() + 1);
    result.back().name = (i < 9 ? "cam0" : "cam") + std::to_string(i + 1);
    result.back().label += " " + round;
  }
  return result;
}

tl::expected<std::vector<sim::camera_options>, std::string> gather(const options& chosen,
                                                                   sim::clip_store& clips) {
  std::vector<sim::camera_options> result;
  const auto add = [&](const fs::path& file, const fs::path& folder, std::size_t count) {
    auto cameras = sim::read_mounts_file(file, folder, clips);
    if (!cameras)
      return cameras.map([](const auto&) {});
    auto wanted = count == 0 ? std::move(*cameras) : repeat(*cameras, count);
    std::move(wanted.begin(), wanted.end(), std::back_inserter(result));
    return tl::expected<void, std::string>{};
  };
  tl::expected<void, std::string> added;
  if (!chosen.demo.empty())
    added = add(chosen.demo / "demo.json", {}, chosen.cameras);
  if (added && !chosen.variants.empty())
    added = add(chosen.variants / "variants.json", {}, 0);
  if (added && !chosen.mounts.empty())
    added = add(chosen.mounts, chosen.clips, 0);
  if (!added)
    return tl::unexpected(added.error());
  if (result.empty())
    return tl::unexpected(std::string{"no cameras: give --demo, --variants or --mounts"});
  for (auto& one : result)
    one.relayed = chosen.relay;
  return result;
}

/// Where the clips of `play` are looked up.
fs::path clips_folder(const options& chosen) {
  for (const auto& folder : {chosen.clips, chosen.demo, chosen.variants}) {
    if (!folder.empty())
      return folder;
  }
  return chosen.mounts.parent_path();
}

/// Tells whoever waits: a line on the standard output, and the file, which appears as a whole.
bool announce(sim::simulator& cameras, const options& chosen, std::uint16_t control_port) {
  if (!chosen.ready_file.empty()) {
    auto facts = sim::run_command(cameras, "list");
    facts["control_port"] = control_port;
    const fs::path part = chosen.ready_file.string() + ".part";
    std::ofstream output{part};
    output << facts.dump() << "\n";
    output.close();
    std::error_code code;
    fs::rename(part, chosen.ready_file, code);
    if (!output || code)
      return false;
  }
  std::cout << "ready cameras=" << cameras.cameras().size() << " base_port=" << chosen.base_port
            << " control_port=" << control_port << std::endl;
  return true;
}

int serve(const options& chosen) {
  sim::clip_store clips{clips_folder(chosen)};
  auto wanted = gather(chosen, clips);
  if (!wanted) {
    std::cerr << "camwall-camera-sim: " << wanted.error() << "\n";
    return exit_usage;
  }
  sim::simulator cameras{clips};
  if (auto opened = cameras.open(std::move(*wanted), chosen.base_port); !opened) {
    std::cerr << "camwall-camera-sim: " << opened.error() << "\n";
    return EXIT_FAILURE;
  }
  sim::control channel{
    [&cameras](const std::string& line) { return sim::run_command(cameras, line).dump(); }};
  const auto port = channel.listen(chosen.control_port);
  if (!port) {
    std::cerr << "camwall-camera-sim: " << port.error() << "\n";
    return EXIT_FAILURE;
  }
  GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
  const auto quit = [](gpointer data) -> gboolean {
    g_main_loop_quit(static_cast<GMainLoop*>(data));
    return G_SOURCE_CONTINUE;
  };
  g_unix_signal_add(SIGTERM, quit, loop);
  g_unix_signal_add(SIGINT, quit, loop);
  const bool announced = announce(cameras, chosen, *port);
  if (announced)
    g_main_loop_run(loop);
  else
    std::cerr << "camwall-camera-sim: cannot write " << chosen.ready_file.string() << "\n";
  cameras.shut_down();
  g_main_loop_unref(loop);
  return announced ? EXIT_SUCCESS : EXIT_FAILURE;
}

int run(int argc, char** argv) {
  options chosen;
  CLI::App app{"Simulated RTSP cameras with faults on command; all ports are on loopback."};
  app.add_option("--demo", chosen.demo, "Clips folder: serve its demo cameras, main and sub")
    ->check(CLI::ExistingDirectory);
  app.add_option("--cameras", chosen.cameras, "How many demo cameras; the clips repeat")
    ->check(CLI::Range(std::size_t{1}, sim::simulator::cameras_max))
    ->capture_default_str();
  app.add_option("--variants", chosen.variants, "Clips folder: serve its codec variants")
    ->check(CLI::ExistingDirectory);
  app.add_option("--mounts", chosen.mounts, "JSON file that describes further cameras")
    ->check(CLI::ExistingFile);
  app.add_option("--clips", chosen.clips, "Folder of the clips that --mounts names")
    ->check(CLI::ExistingDirectory);
  app.add_option("--port", chosen.base_port, "The first camera listens on the port after this one")
    ->capture_default_str();
  app.add_option("--control-port", chosen.control_port, "Port of the control channel; 0: any")
    ->capture_default_str();
  app.add_flag("--relay", chosen.relay, "Let all bytes pass a relay, which some faults need");
  app.add_option("--ready-file", chosen.ready_file, "Write the answer to \"list\" here when ready");
  CLI11_PARSE(app, argc, argv);
  gst_init(nullptr, nullptr);
  return serve(chosen);
}

} // namespace

#ifdef __SANITIZE_ADDRESS__
// GLib lets go of its first table of quarks on purpose, and its stack cannot be unwound any
// further. What we allocate ourselves is still checked.
extern "C" const char* __lsan_default_suppressions() { // NOLINT(bugprone-reserved-identifier)
  return "leak:libglib-2.0.so\n";
}
#endif

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& unexpected) {
    std::fprintf(stderr, "camwall-camera-sim: %s\n", unexpected.what());
    return EXIT_FAILURE;
  }
}
