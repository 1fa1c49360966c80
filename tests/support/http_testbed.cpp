// http_testbed: the HTTP server alone, with a wall that is made up, for the abuse suite and the
// benchmark. Prints `port N` when it answers and ends on SIGINT or SIGTERM.

#include "http/api/view_store.hpp"
#include "http/server.hpp"
#include "tests/support/fake_catalogue.hpp"
#include "tests/support/websocket_routes.hpp"

#include <CLI/CLI.hpp>

#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

camwall::stream_snapshot stream(const std::string& camera, const std::string& name,
                                std::optional<camwall::wall_time> last_segment) {
  camwall::stream_snapshot x;
  x.name = name;
  x.status = last_segment ? camwall::phase::live : camwall::phase::backoff;
  x.hls = "/hls/" + camera + "/" + name + "/index.m3u8";
  x.last_segment = last_segment;
  if (last_segment)
    x.last_segment_steady =
      std::chrono::steady_clock::now() + (*last_segment - std::chrono::system_clock::now());
  return x;
}

camwall::camera_snapshot camera(const std::string& id,
                                std::vector<camwall::stream_snapshot> streams) {
  camwall::camera_snapshot x;
  x.id = id;
  x.label = id;
  x.phase = streams.front().status;
  x.since = std::chrono::system_clock::now();
  x.grid_stream = streams.front().name;
  x.streams = std::move(streams);
  x.source = "testbed";
  return x;
}

// `gate` delivers, `dead` never did, `old` stopped an hour ago.
camwall::wall_snapshot_ptr made_up_wall() {
  auto now = std::chrono::system_clock::now();
  auto later = now + 24h; // Stays fresh for as long as a test or a benchmark may take.
  auto wall = std::make_shared<camwall::wall_snapshot>();
  wall->cameras.push_back(
    camera("gate", {stream("gate", "sub", later), stream("gate", "main", later)}));
  wall->cameras.push_back(camera("dead", {stream("dead", "main", std::nullopt)}));
  wall->cameras.push_back(camera("old", {stream("old", "main", now - 1h)}));
  return wall;
}

// So that something changes for who listens.
void carry_out(camwall::snapshot_cell& cell, std::string_view id, camwall::camera_order what) {
  auto changed = std::make_shared<camwall::wall_snapshot>(*cell.load());
  for (auto& x : changed->cameras)
    if (x.id == id && what == camwall::camera_order::disable)
      x.phase = camwall::phase::disabled;
    else if (x.id == id && what == camwall::camera_order::enable)
      x.phase = camwall::phase::connecting;
  cell.publish(std::move(changed));
}

/// Counts what the server reports; `/metrics` shows the counts.
class counting_observer final : public camwall::http::http_observer {
public:
  void on_request(std::string_view route, std::string_view method, int code,
                  std::chrono::nanoseconds /*took*/) override {
    add("requests{" + std::string{route} + " " + std::string{method} + " " + std::to_string(code) +
          "}",
        1);
  }
  void on_limit(std::string_view limit) override {
    add("limit{" + std::string{limit} + "}", 1);
  }
  void on_connections(int delta) override {
    add("connections", delta);
  }
  void on_websocket(int delta) override {
    add("websockets", delta);
  }
  void on_websocket_evicted(std::string_view reason) override {
    add("evicted{" + std::string{reason} + "}", 1);
  }
  void on_demand(std::string_view camera, std::string_view stream) {
    add("demand{" + std::string{camera} + "/" + std::string{stream} + "}", 1);
  }
  void on_order(std::string_view camera, std::string_view what) {
    add("order{" + std::string{camera} + "/" + std::string{what} + "}", 1);
  }
  std::string text() const {
    std::lock_guard guard{mutex_};
    std::ostringstream out;
    for (const auto& [name, value] : counts_)
      out << name << ' ' << value << '\n';
    return out.str();
  }

private:
  void add(const std::string& name, int delta) {
    std::lock_guard guard{mutex_};
    counts_[name] += delta;
  }

  mutable std::mutex mutex_;
  std::map<std::string, int> counts_;
};

/// For the benchmark, where counting would cost what the real instruments do not.
class silent_observer final : public camwall::http::http_observer {
public:
  void on_request(std::string_view, std::string_view, int, std::chrono::nanoseconds) override {
    // nop
  }
  void on_limit(std::string_view) override {
    // nop
  }
  void on_connections(int) override {
    // nop
  }
};

/// Milliseconds on the command line.
void add_time(CLI::App& app, const std::string& name, std::chrono::milliseconds& x) {
  app.add_option_function<long>(name, [&x](long ms) { x = std::chrono::milliseconds(ms); });
}

void add_websocket_options(CLI::App& app, camwall::http::listen_options& x) {
  auto& limits = x.websockets;
  app.add_option("--websocket-loops", x.websocket_loops);
  app.add_option("--websocket-message-bytes", limits.message_bytes_max);
  app.add_option("--websocket-messages-per-second", limits.messages_per_second_max);
  app.add_option("--websocket-queue-bytes", limits.queue_bytes_max);
  add_time(app, "--websocket-ping-ms", limits.ping_interval);
  add_time(app, "--websocket-pong-ms", limits.pong_deadline);
  add_time(app, "--websocket-stall-ms", limits.stall_deadline);
  add_time(app, "--websocket-close-ms", limits.close_deadline);
  add_time(app, "--websocket-message-ms", limits.message_deadline);
}

int run(int argc, char** argv) {
  CLI::App app{"The HTTP server alone, with a made-up wall"};
  camwall::http::listen_options options;
  camwall::http::wall_services services;
  std::string static_dir = ".";
  std::string hls_dir = ".";
  std::vector<std::string> hosts;
  camwall::test::broadcast::options pictures;
  bool starting = false;
  bool silent = false;
  options.port = 0;
  app.add_option("--address", options.address);
  app.add_option("--port", options.port);
  app.add_option("--host", hosts);
  app.add_option("--static", static_dir);
  app.add_option("--hls", hls_dir);
  app.add_option("--reactors", options.reactors);
  app.add_option("--connections-max", options.connections_max);
  app.add_option("--connections-per-address-max", options.connections_per_address_max);
  add_time(app, "--header-deadline-ms", options.header_deadline);
  add_time(app, "--idle-deadline-ms", options.idle_deadline);
  add_time(app, "--stall-deadline-ms", options.stall_deadline);
  add_time(app, "--answer-deadline-ms", options.answer_deadline);
  add_websocket_options(app, options);
  app.add_option("--broadcast-bits", pictures.bits_per_second);
  app.add_option("--broadcast-fps", pictures.fps);
  app.add_flag("--open", options.open_access);
  app.add_flag("--starting", starting, "/readyz stays 503");
  app.add_flag("--silent", silent, "count nothing");
  CLI11_PARSE(app, argc, argv);
  options.hosts = std::move(hosts);

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  counting_observer counts;
  silent_observer nothing;
  camwall::snapshot_cell wall;
  wall.publish(made_up_wall());
  services.wall = &wall;
  services.demand = [&](std::string_view camera, std::string_view stream) {
    counts.on_demand(camera, stream);
  };
  services.order = [&](std::string_view camera, camwall::camera_order what) {
    counts.on_order(camera, camwall::to_string(what));
    carry_out(wall, camera, what);
  };
  services.metrics = [&] { return counts.text(); };
  services.ready = [=] { return !starting; };
  services.static_dir = static_dir;
  services.hls_dir = hls_dir;
  services.version = "0.0.0";
  services.build = "testbed";
  camwall::test::fake_catalogue catalogue;
  camwall::test::fake_prober prober;
  camwall::http::view_store views{{}};
  services.catalogue = &catalogue;
  services.prober = &prober;
  services.views = &views;
  services.templates = [] { return std::string{R"({"templates":[]})"}; };
  services.limits = {{"limits.cameras_max", 8}};
  camwall::test::broadcast source{pictures};
  services.more_routes = camwall::test::websocket_routes(source);
  auto server = camwall::http::server::start(
    options, services, silent ? static_cast<camwall::http::http_observer&>(nothing) : counts);
  if (!server) {
    std::cerr << server.error() << '\n';
    return 1;
  }
  std::cout << "port " << (*server)->port() << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  source.stop();
  (*server)->stop();
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& x) {
    std::fprintf(stderr, "http_testbed: %s\n", x.what());
    return 1;
  }
}
