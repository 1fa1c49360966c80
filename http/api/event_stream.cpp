#include "http/api/event_stream.hpp"

#include "http/api/api_answer.hpp"
#include "http/api/api_routes.hpp"
#include "http/problem.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace camwall::http {

namespace {

constexpr std::size_t piece_bytes_max = 65'536;
constexpr std::size_t last_id_bytes_max = 64;
constexpr std::string_view retry = "retry: 3000\n\n"; // Milliseconds before a client comes back.
constexpr std::string_view heartbeat = ": alive\n\n";

} // namespace

event_stream::event_stream(std::shared_ptr<event_feed> feed, parts x)
  : feed_(std::move(feed)), parts_(std::move(x)) {
  // nop
}

event_stream::~event_stream() {
  feed_->leave();
}

std::optional<std::string> event_stream::take(std::chrono::steady_clock::time_point now) {
  feed_->refresh();
  if (!greeted_) {
    greeted_ = true;
    began_ = sent_ = now;
    return greeting();
  }
  if (now - began_ > feed_->limits().age_max || (parts_.has_ended && parts_.has_ended()))
    return std::nullopt;
  auto events = feed_->after(seen_, piece_bytes_max);
  if (!events) { // It comes back and is told to read everything anew.
    if (parts_.on_limit)
      parts_.on_limit("event_queue");
    return std::nullopt;
  }
  std::string out;
  for (const auto& x : *events) {
    seen_ = x.number;
    if (parts_.may_know(x))
      append(out, x.name, x.number, x.data);
  }
  if (out.empty() && now - sent_ >= feed_->limits().heartbeat)
    out = heartbeat;
  if (!out.empty())
    sent_ = now;
  return out;
}

// Who comes back goes on where he was; `resync` says that this is not possible.
std::string event_stream::greeting() {
  std::string out{retry};
  auto from = feed_->resume(parts_.last_id);
  seen_ = from.number;
  if (parts_.last_id.empty())
    append(out, "hello", seen_, parts_.hello);
  else if (!from.known)
    append(out, "resync", seen_, parts_.hello);
  return out;
}

void event_stream::append(std::string& out, std::string_view name, std::uint64_t number,
                          std::string_view data) const {
  out.append("event: ").append(name).append("\nid: ").append(feed_->id_of(number));
  out.append("\ndata: ").append(data).append("\n\n");
}

bool may_hear(const principal& who, const event_feed::event& x) {
  return permits(who, x.needs) &&
         (!who.scope || (!x.camera.empty() && who.scope->holds(x.camera, x.group)));
}

std::vector<route> event_routes(const api_context& context) {
  const auto* c = &context;
  auto feed = std::make_shared<event_feed>(context.services);
  auto hello =
    nlohmann::ordered_json{{"version", c->services.version}, {"build", c->services.build}}.dump();
  auto limit_reached = [c](std::string_view limit) {
    if (c->services.live_observer != nullptr)
      c->services.live_observer->on_limit(limit);
  };
  auto open = [feed, hello, limit_reached](const request& x, const path_parameters& /*unused*/) {
    auto last_id = x.header("Last-Event-ID");
    if (last_id.size() > last_id_bytes_max)
      return problem(400, "bad_event_id", "Last-Event-ID is not one of this server's.");
    auto out = text_response(200, "text/event-stream", {});
    out.add("Cache-Control", "no-store");
    out.add("X-Accel-Buffering", "no"); // nginx would keep events back.
    if (x.method == method::head)
      return out;
    if (!feed->enter()) {
      limit_reached("event_streams");
      auto full = problem(503, "too_many_event_streams",
                          "As many clients as may listen to events do so already.");
      full.add("Retry-After", "15");
      return full;
    }
    out.source = std::make_shared<event_stream>(
      feed,
      event_stream::parts{
        .last_id = std::string{last_id},
        .hello = hello,
        .may_know = [who = x.who](const event_feed::event& y) { return may_hear(who, y); },
        .has_ended = [who = x.who] { return has_ended(who, std::chrono::system_clock::now()); },
        .on_limit = limit_reached});
    return out;
  };
  return {{method::get, "/api/v1/events", action::view_state, open}};
}

} // namespace camwall::http
