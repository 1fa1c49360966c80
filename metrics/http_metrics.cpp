#include "metrics/http_metrics.hpp"

#include "metrics/registry.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

#include <array>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>

namespace camwall::metrics {

namespace {

const prometheus::Histogram::BucketBoundaries duration_buckets{0.0005, 0.001, 0.005, 0.01, 0.05,
                                                               0.1,    0.5,   1,     5,    10};

/// Every limit that somebody counts: each is present from the start. limit_names_test holds them
/// against the sources.
constexpr std::array limit_names{"connections",
                                 "descriptors",
                                 "header_bytes",
                                 "body_bytes",
                                 "header_deadline",
                                 "stall",
                                 "exceptions",
                                 "worker_messages",
                                 "worker_message_bytes",
                                 "websocket_queue",
                                 "websocket_stall",
                                 "websocket_pong",
                                 "websocket_message_bytes",
                                 "websocket_message_rate",
                                 "websocket_message_deadline",
                                 "channels",
                                 "subscriptions",
                                 "configuration_changes",
                                 "configuration_reloads",
                                 "live_inbox",
                                 "memory",
                                 "live_subscriptions",
                                 "live_feeds",
                                 "live_kept_bytes",
                                 "adhoc_cameras",
                                 "adhoc_logins",
                                 "compat_commands",
                                 "reports",
                                 "requests",
                                 "login_queue",
                                 "sessions",
                                 "answer_deadline",
                                 "event_queue",
                                 "event_streams",
                                 "streams",
                                 "probes",
                                 "views",
                                 "view_changes",
                                 "snapshot_askers",
                                 "snapshot_rate",
                                 "worker_media",
                                 "worker_media_bytes",
                                 "worker_media_message_bytes"};

/// Why the server ends a WebSocket.
constexpr std::array eviction_reasons{"queue",         "stall",        "pong",
                                      "message_bytes", "message_rate", "message_deadline",
                                      "protocol",      "exception"};

/// What becomes of logins.
constexpr std::array login_results{"accepted", "refused", "throttled", "busy"};

} // namespace

struct http_metrics::instruments {
  explicit instruments(registry& x)
    : requests(prometheus::BuildCounter()
                 .Name("camwall_http_requests_total")
                 .Help("Answered HTTP requests by route pattern, method and status code.")
                 .Register(x.all)),
      durations(
        prometheus::BuildHistogram()
          .Name("camwall_http_request_duration_seconds")
          .Help(
            "Time from the complete request to the last byte of the answer handed to the kernel.")
          .Register(x.all)),
      limits(prometheus::BuildCounter()
               .Name("camwall_limit_reached_total")
               .Help("How often a limit was reached and something refused or closed.")
               .Register(x.all)),
      connections(prometheus::BuildGauge()
                    .Name("camwall_http_connections")
                    .Help("Open HTTP connections.")
                    .Register(x.all)
                    .Add({})),
      websockets(prometheus::BuildGauge()
                   .Name("camwall_ws_connections")
                   .Help("Open WebSockets.")
                   .Register(x.all)
                   .Add({})),
      evictions(
        prometheus::BuildCounter()
          .Name("camwall_ws_evictions_total")
          .Help("WebSockets that the server ended because of their client, or of a failure.")
          .Register(x.all)),
      logins(prometheus::BuildCounter()
               .Name("camwall_logins_total")
               .Help("Passwords that were tried, by what came of it.")
               .Register(x.all)),
      sessions(prometheus::BuildGauge()
                 .Name("camwall_sessions")
                 .Help("Open sessions of users.")
                 .Register(x.all)
                 .Add({})) {
    for (const auto* result : login_results)
      logins.Add({{"result", result}});
    for (const auto* reason : eviction_reasons)
      evictions.Add({{"reason", reason}});
    for (const auto* name : limit_names)
      limits.Add({{"limit", name}});
  }

  struct series {
    prometheus::Counter* count;
    prometheus::Histogram* duration;
  };

  /// Finds the series of a request without building label maps each time.
  series find(std::string_view route, std::string_view method, int code) {
    std::string key;
    key.reserve(64);
    key.append(route).append(1, '\n').append(method).append(1, '\n').append(std::to_string(code));
    {
      std::shared_lock guard{mutex};
      if (auto i = known.find(key); i != known.end())
        return i->second;
    }
    series out{&requests.Add({{"route", std::string{route}},
                              {"method", std::string{method}},
                              {"code", std::to_string(code)}}),
               &durations.Add({{"route", std::string{route}}}, duration_buckets)};
    std::unique_lock guard{mutex};
    return known.emplace(std::move(key), out).first->second;
  }

  prometheus::Family<prometheus::Counter>& requests;
  prometheus::Family<prometheus::Histogram>& durations;
  prometheus::Family<prometheus::Counter>& limits;
  prometheus::Gauge& connections;
  prometheus::Gauge& websockets;
  prometheus::Family<prometheus::Counter>& evictions;
  prometheus::Family<prometheus::Counter>& logins;
  prometheus::Gauge& sessions;
  std::shared_mutex mutex;
  std::unordered_map<std::string, series> known; // Guarded by mutex; bounded by the route table.
};

http_metrics::http_metrics(registry& x) : instruments_(std::make_shared<instruments>(x)) {
  // nop
}

void http_metrics::request(std::string_view route, std::string_view method, int code,
                           std::chrono::nanoseconds took) {
  auto x = instruments_->find(route, method, code);
  x.count->Increment();
  x.duration->Observe(std::chrono::duration<double>(took).count());
}

void http_metrics::limit_reached(std::string_view limit) {
  instruments_->limits.Add({{"limit", std::string{limit}}}).Increment();
}

void http_metrics::connections(int delta) {
  instruments_->connections.Increment(delta);
}

void http_metrics::websockets(int delta) {
  instruments_->websockets.Increment(delta);
}

void http_metrics::login(std::string_view result) {
  instruments_->logins.Add({{"result", std::string{result}}}).Increment();
}

void http_metrics::sessions(std::size_t n) {
  instruments_->sessions.Set(static_cast<double>(n));
}

void http_metrics::websocket_evicted(std::string_view reason) {
  instruments_->evictions.Add({{"reason", std::string{reason}}}).Increment();
}

} // namespace camwall::metrics
