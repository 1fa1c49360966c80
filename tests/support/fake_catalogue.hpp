#pragma once

#include "core/camera_catalogue.hpp"
#include "core/camera_prober.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace camwall::test {

/// A catalogue without files: what it is asked for is decided at once and, unless `held`, told at
/// once. Ids that begin with `locked` are read-only, `dark` cameras give no picture, and there is
/// room for `cameras_max`.
class fake_catalogue final : public camera_catalogue {
public:
  using kind = change_refusal::kind;

  explicit fake_catalogue(std::size_t cameras_max = 8) : cameras_max_(cameras_max) {
    auto first = std::make_shared<configured_wall>();
    first->generation = 1;
    first->cameras.push_back(make("gate", {{"id", "gate"}, {"url", "rtsp://192.0.2.1/1"}}));
    first->cameras.push_back(make("locked", {{"id", "locked"}, {"url", "rtsp://192.0.2.2/1"}}));
    wall_ = std::move(first);
  }

  std::shared_ptr<const configured_wall> cameras() const override {
    std::lock_guard guard{mutex_};
    return wall_;
  }

  std::shared_ptr<const reload_outcome> last_reload() const override {
    std::lock_guard guard{mutex_};
    return reload_;
  }

  /// Every camera has the login `us`, `saved`, for host `192.0.2.1` alone.
  tl::expected<std::string, change_refusal> with_login_of(
    std::string_view id, std::string_view url, std::string_view username) const override {
    if (cameras()->find(id) == nullptr)
      return refuse(kind::not_found, "camera_not_found", "There is no camera with this id.");
    constexpr std::string_view begin = "rtsp://192.0.2.1/";
    if (!url.starts_with(begin))
      return refuse(kind::invalid, "invalid_probe", "Another host.", {{"/url", "Another host."}});
    return "rtsp://" + std::string{username.empty() ? "us" : username} + ":saved@" +
           std::string{url.substr(7)};
  }

  void apply(camera_change change, std::function<void(change_result)> done) override {
    auto result = decide(change);
    {
      std::lock_guard guard{mutex_};
      last = std::move(change);
    }
    finish([result = std::move(result), done = std::move(done)] { done(result); });
  }

  void reload(std::function<void(reload_result)> done) override {
    auto outcome = std::make_shared<reload_outcome>();
    outcome->at = std::chrono::system_clock::now();
    outcome->successful = !broken;
    reload_result result;
    if (broken) {
      outcome->why = {kind::invalid,
                      "configuration_invalid",
                      "The files hold mistakes; nothing has changed.",
                      {{"/etc/camwall/wall.yaml:3:7", "there is no such key"}}};
      result = tl::unexpected(outcome->why);
    } else {
      result = reload_report{{}, {"gate"}, {}, {"a warning"}};
    }
    {
      std::lock_guard guard{mutex_};
      reload_ = std::move(outcome);
    }
    finish([result, done = std::move(done)] { done(result); });
  }

  /// Tells everything that waits.
  void release() {
    while (!waiting.empty()) {
      auto job = std::move(waiting.front());
      waiting.pop_front();
      job();
    }
  }

  bool held = false;
  bool broken = false; ///< The files, at the next reload.
  std::deque<std::function<void()>> waiting;
  camera_change last;

private:
  using json = nlohmann::ordered_json;

  static configured_camera make(const std::string& id, json body) {
    configured_camera out;
    out.id = id;
    out.read_only = id.starts_with("locked");
    out.source = out.read_only ? "wall.yaml:14" : "cameras.d/api-" + id + ".yaml:1";
    body["source"] = out.source;
    body["read_only"] = out.read_only;
    out.json = body.dump();
    out.etag = std::to_string(std::hash<std::string>{}(out.json));
    return out;
  }

  void finish(std::function<void()> job) {
    if (held)
      waiting.push_back(std::move(job));
    else
      job();
  }

  static tl::unexpected<change_refusal> refuse(kind what, std::string code, std::string detail,
                                               std::vector<change_refusal::fault> faults = {}) {
    return tl::unexpected(
      change_refusal{what, std::move(code), std::move(detail), std::move(faults)});
  }

  change_result decide(const camera_change& change) {
    std::lock_guard guard{mutex_};
    auto next = std::make_shared<configured_wall>(*wall_);
    ++next->generation;
    auto body = change.body.empty() ? json::object() : json::parse(change.body);
    if (change.what == camera_change::kind::create)
      return create(std::move(next), std::move(body), change.probe);
    auto old = std::find_if(next->cameras.begin(), next->cameras.end(),
                            [&](const auto& x) { return x.id == change.id; });
    if (old == next->cameras.end())
      return refuse(kind::not_found, "camera_not_found", "There is no camera with this id.");
    if (change.if_match && *change.if_match != old->etag)
      return refuse(kind::stale, "configuration_changed", "The camera was changed meanwhile.");
    if (old->read_only)
      return refuse(kind::read_only, "camera_read_only", "It is configured at wall.yaml:14.");
    auto result = *old;
    if (change.what == camera_change::kind::remove) {
      next->cameras.erase(old);
    } else {
      auto settings = change.what == camera_change::kind::patch ? json::parse(old->json) : body;
      settings.merge_patch(body);
      settings["id"] = change.id;
      result = *old = make(change.id, std::move(settings));
    }
    wall_ = std::move(next);
    return result;
  }

  change_result create(std::shared_ptr<configured_wall> next, json body, bool probe) {
    if (!body.contains("id") || !body["id"].is_string() || !body.contains("url"))
      return refuse(kind::invalid, "camera_invalid", "Id and url are needed.",
                    {{"/id", "is needed"}, {"/url", "is needed"}});
    auto id = body["id"].get<std::string>();
    if (next->find(id) != nullptr)
      return refuse(kind::exists, "camera_exists", "There is a camera with this id.");
    if (next->cameras.size() >= cameras_max_)
      return refuse(kind::limit, "cameras_max", "limits.cameras_max is reached.");
    if (id.starts_with("dark") && probe)
      return refuse(kind::unreachable, "probe_timeout", "The camera gave no picture within 10 s.");
    if (id == "busy")
      return refuse(kind::unavailable, "changes_max", "Too many changes wait; try again.");
    auto made = make(id, std::move(body));
    next->cameras.push_back(made);
    wall_ = std::move(next);
    return made;
  }

  std::size_t cameras_max_;
  mutable std::mutex mutex_; // Guards what follows.
  std::shared_ptr<const configured_wall> wall_;
  std::shared_ptr<const reload_outcome> reload_;
};

/// Finds a camera at every address but those that hold `dark`; looks for ever while `held`.
class fake_prober final : public camera_prober {
public:
  probe_id probe(probe_request what, std::function<void(probe_report)> done) override {
    probe_report out;
    out.shown_url = "rtsp://192.0.2.1/1";
    out.transport = what.transport;
    out.took_s = busy ? 0 : 1.5;
    if (busy || what.url.find("dark") != std::string::npos) {
      out.reason = busy ? reason::busy : reason::timeout;
      out.detail = "it gave no picture in time";
    } else {
      out.video = "h264";
      out.codecs = "avc1.64001f";
      out.width = 1280;
      out.height = 720;
      out.fps = 25;
      out.plays = {"mse", "hls"};
      out.advices = {{"long_gop", "Set a keyframe every two seconds."}};
    }
    probe_id id = 0;
    {
      std::lock_guard guard{mutex_};
      last = std::move(what);
      id = ++last_id;
    }
    if (!held)
      done(out);
    return id;
  }

  void cancel(probe_id which) override {
    std::lock_guard guard{mutex_};
    cancelled.push_back(which);
  }

  bool busy = false;
  bool held = false;
  probe_request last;
  probe_id last_id = 0;
  std::vector<probe_id> cancelled;

private:
  std::mutex mutex_; // Guards last, last_id, cancelled.
};

} // namespace camwall::test
