#pragma once

#include "http/live/report_observer.hpp"
#include "http/wall_services.hpp"
#include "metrics/exporter.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace camwall::cli {

/// Passes on to the metrics what the transport tells.
class http_to_metrics final : public http::http_observer {
public:
  explicit http_to_metrics(metrics::http_metrics& x) : metrics_(x) {
    // nop
  }
  void on_request(std::string_view route, std::string_view method, int code,
                  std::chrono::nanoseconds took) override {
    metrics_.request(route, method, code, took);
  }
  void on_limit(std::string_view limit) override {
    metrics_.limit_reached(limit);
  }
  void on_connections(int delta) override {
    metrics_.connections(delta);
  }
  void on_websocket(int delta) override {
    metrics_.websockets(delta);
  }
  void on_websocket_evicted(std::string_view reason) override {
    metrics_.websocket_evicted(reason);
  }

private:
  metrics::http_metrics& metrics_;
};

/// The same for live media.
class live_to_metrics final : public http::live_observer, public http::report_observer {
public:
  explicit live_to_metrics(metrics::exporter& x) : metrics_(x) {
    // nop
  }
  void on_viewers(media_format format, int delta) override {
    metrics_.live().viewers(format, delta);
  }
  void on_chunks_dropped(std::string_view reason, std::size_t chunks) override {
    metrics_.live().chunks_dropped(reason, chunks);
  }
  void on_wall(std::string_view name, int delta) override {
    metrics_.live().wall(name, delta);
  }
  void on_limit(std::string_view limit) override {
    metrics_.http().limit_reached(limit);
  }
  void on_tiles(std::string_view wall, tile_badge badge, int delta) override {
    metrics_.viewers().tiles(wall, badge, delta);
  }
  void on_tiles_behind(std::string_view wall, int delta) override {
    metrics_.viewers().tiles_behind(wall, delta);
  }
  void on_stalls(std::string_view wall, std::uint64_t stalls) override {
    metrics_.viewers().stalls(wall, stalls);
  }
  void on_frames_presented(std::string_view camera, std::uint64_t frames) override {
    metrics_.viewers().frames_presented(camera, frames);
  }
  void on_ladder_steps(std::string_view wall, ladder_step step, std::uint64_t steps) override {
    metrics_.viewers().ladder_steps(wall, step, steps);
  }
  void on_latency(std::string_view wall, std::chrono::milliseconds latency) override {
    metrics_.viewers().latency(wall, std::chrono::duration<double>{latency}.count());
  }
  void on_silent_wall(std::string_view wall, int delta) override {
    metrics_.viewers().silent(wall, delta);
  }

private:
  metrics::exporter& metrics_;
};

} // namespace camwall::cli
