#pragma once

#include "core/live_media.hpp"
#include "http/live/report_observer.hpp"
#include "http/wall_services.hpp"
#include "http/websocket/session.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace camwall::http {

/// Keeps what a session says.
class fake_peer final : public websocket_peer {
public:
  void send_text(std::string message) override {
    texts.push_back(std::move(message));
  }
  void send_binary(std::string head, media_chunk_ptr chunk) override {
    queued += chunk->payload.size();
    heads.push_back(std::move(head));
    chunks.push_back(std::move(chunk));
  }
  std::size_t queued_bytes() const noexcept override {
    return queued;
  }
  void close(std::uint16_t with, std::string_view why) override {
    if (code == 0) {
      code = with;
      reason = why;
    }
  }

  /// The payloads that were sent since the last call, with a blank between them.
  std::string payloads() {
    std::string out;
    for (const auto& x : std::exchange(chunks, {}))
      out += (out.empty() ? "" : " ") + x->payload;
    return out;
  }

  std::vector<std::string> said() {
    return std::exchange(texts, {});
  }

  std::vector<std::string> texts;
  std::vector<std::string> heads;
  std::vector<media_chunk_ptr> chunks;
  std::size_t queued = 0;
  std::uint16_t code = 0;
  std::string reason;
};

class fake_loop final : public websocket_loop {
public:
  void post(std::function<void()> job) override {
    jobs.push_back(std::move(job));
  }

  /// Returns how many jobs there were.
  std::size_t run() {
    auto now = std::exchange(jobs, {});
    for (auto& x : now)
      x();
    return now.size();
  }

  std::vector<std::function<void()>> jobs;
};

/// Remembers who is subscribed to what.
class fake_hub final : public media_hub {
public:
  struct feed {
    feed_key what;
    bool sound = false;
    std::shared_ptr<media_sink> sink;
  };

  subscription_id subscribe(const feed_key& what, bool sound,
                            std::shared_ptr<media_sink> sink) override {
    feeds[++last] = {what, sound, std::move(sink)};
    return last;
  }
  void unsubscribe(subscription_id id) override {
    feeds.erase(id);
  }

  void describe(subscription_id id, const feed_description& what) {
    feeds.at(id).sink->on_described({&id, 1}, what);
  }
  void send(subscription_id id, media_chunk x) {
    feeds.at(id).sink->on_chunk({&id, 1}, std::make_shared<media_chunk>(std::move(x)));
  }
  void key(subscription_id id, std::string payload) {
    send(id, {.keyframe = true, .payload = std::move(payload)});
  }
  void delta(subscription_id id, std::string payload) {
    send(id, {.payload = std::move(payload)});
  }

  std::map<subscription_id, feed> feeds;
  subscription_id last = 0;
};

/// Sums of what was reported.
class fake_observer final : public live_observer, public report_observer {
public:
  void on_viewers(media_format format, int delta) override {
    viewers[format] += delta;
  }
  void on_chunks_dropped(std::string_view reason, std::size_t chunks) override {
    dropped[std::string{reason}] += chunks;
  }
  void on_wall(std::string_view name, int delta) override {
    walls[std::string{name}] += delta;
  }
  void on_limit(std::string_view limit) override {
    ++limits[std::string{limit}];
  }

  void on_tiles(std::string_view wall, tile_badge badge, int delta) override {
    tiles[{std::string{wall}, badge}] += delta;
  }
  void on_tiles_behind(std::string_view wall, int delta) override {
    behind[std::string{wall}] += delta;
  }
  void on_stalls(std::string_view wall, std::uint64_t x) override {
    stalls[std::string{wall}] += x;
  }
  void on_frames_presented(std::string_view camera, std::uint64_t x) override {
    frames[std::string{camera}] += x;
  }
  void on_ladder_steps(std::string_view wall, ladder_step step, std::uint64_t x) override {
    steps[{std::string{wall}, step}] += x;
  }
  void on_latency(std::string_view wall, std::chrono::milliseconds latency) override {
    latencies[std::string{wall}].push_back(latency);
  }
  void on_silent_wall(std::string_view wall, int delta) override {
    silent[std::string{wall}] += delta;
  }

  std::map<std::pair<std::string, tile_badge>, int> tiles;
  std::map<std::string, int> behind;
  std::map<std::string, std::uint64_t> stalls;
  std::map<std::string, std::uint64_t> frames;
  std::map<std::pair<std::string, ladder_step>, std::uint64_t> steps;
  std::map<std::string, std::vector<std::chrono::milliseconds>> latencies;
  std::map<std::string, int> silent;
  std::map<media_format, int> viewers;
  std::map<std::string, std::size_t> dropped;
  std::map<std::string, int> walls;
  std::map<std::string, int> limits;
};

} // namespace camwall::http
