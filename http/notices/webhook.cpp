#include "http/notices/webhook.hpp"

#include "http/access/secrets.hpp"
#include "http/notices/webhook_message.hpp"

#include <exception>
#include <random>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::chrono::seconds look_period{1};
constexpr std::size_t delivery_bytes = 12;

notice_pace scaled(double time_scale) {
  auto shorter = [&](notice_pace::duration x) {
    return std::chrono::duration_cast<notice_pace::duration>(x / time_scale);
  };
  notice_pace x;
  return {.gather = shorter(x.gather),
          .pause = shorter(x.pause),
          .calm = shorter(x.calm),
          .rejected_first = shorter(x.rejected_first),
          .rejected_max = shorter(x.rejected_max)};
}

} // namespace

webhook::webhook(webhook_options what, webhook_sources from)
  : options_(std::move(what)),
    sources_(std::move(from)),
    rules_(options_.filter, scaled(options_.time_scale)),
    outbox_(std::random_device{}(), options_.time_scale),
    poster_(options_.receiver),
    thread_([this] { run(); }) {
  // nop
}

webhook::~webhook() {
  stop();
  thread_.join();
}

void webhook::stop() {
  {
    std::lock_guard guard{mutex_};
    if (std::exchange(stop_, true))
      return; // The deadline stays.
    end_ = clock::now() + webhook_end_deadline;
  }
  wake_.notify_all();
  poster_.finish_by(end_);
}

webhook_statistics webhook::statistics() const {
  return {.name = options_.name,
          .sent = sent_,
          .rejected = rejected_,
          .dropped = dropped_,
          .tries_failed = tries_failed_,
          .waiting = waiting_};
}

void webhook::run() {
  const auto period = std::chrono::duration<double>{look_period} / options_.time_scale;
  for (auto ends = false; !ends;) {
    try {
      look();
      if (const auto* x = outbox_.due(clock::now()))
        send(*x);
    } catch (const std::exception& error) { // Without memory: it is tried again.
      say(error.what());
    }
    std::unique_lock lock{mutex_};
    ends = wake_.wait_for(lock, period, [this] { return stop_; });
  }
  try {
    wind_up();
  } catch (const std::exception& error) {
    say(error.what());
  }
}

/// No message is lost without a word: it arrives, or it is counted and told of.
void webhook::wind_up() {
  if (const auto* x = outbox_.pending(); x != nullptr && clock::now() < end_)
    send(*x);
  if (outbox_.pending() == nullptr)
    return;
  ++dropped_;
  say("it ends, and a message that has not arrived is given up");
}

void webhook::look() {
  auto reload = sources_.last_reload ? sources_.last_reload() : nullptr;
  auto now = clock::now();
  rules_.look(*sources_.wall->load(), reload.get(), now, std::chrono::system_clock::now());
  if (outbox_.pending() != nullptr)
    return;
  auto what = rules_.take(now);
  if (!what.empty())
    put(what);
}

void webhook::put(const std::vector<notice>& what) {
  auto delivery = random_text(delivery_bytes);
  auto body = webhook_body(what, {.webhook = options_.name,
                                  .delivery = delivery,
                                  .build = options_.build,
                                  .at = std::chrono::system_clock::now()});
  outbox_.put({std::move(delivery), std::move(body), clock::now()});
  waiting_ = 1;
}

void webhook::send(const outbox::message& x) {
  settle(poster_.post(x.body, headers_of(x)));
}

/// What is signed is the time of the try, so that a receiver may refuse what somebody recorded.
std::vector<std::string> webhook::headers_of(const outbox::message& x) const {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  auto timestamp = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
  std::vector<std::string> out{
    "Content-Type: application/json", "Expect:", "User-Agent: camwall/" + options_.version,
    "Camwall-Delivery: " + x.delivery, "Camwall-Timestamp: " + timestamp};
  if (!options_.secret.empty())
    out.push_back("Camwall-Signature: sha256=" +
                  webhook_signature(options_.secret, timestamp, x.body));
  return out;
}

void webhook::settle(const http_poster::result& x) {
  auto failures = outbox_.failures();
  auto now = clock::now();
  auto fate = outbox_.settle(x, now);
  waiting_ = outbox_.pending() == nullptr ? 0 : 1;
  if (x.what != http_poster::outcome::sent)
    ++tries_failed_;
  switch (fate) {
    case outbox::fate::sent:
      ++sent_;
      rules_.arrived();
      if (failures > 0)
        say("messages arrive again; tries that failed: " + std::to_string(failures));
      return;
    case outbox::fate::kept:
      if (failures == 0)
        say("a message has not arrived and is tried again: " + x.why);
      return;
    case outbox::fate::rejected:
      ++rejected_;
      rules_.rejected(now);
      return say("a message is given up: " + x.why);
    case outbox::fate::dropped:
      ++dropped_;
      rules_.dropped();
      return say("a message is given up, tried for an hour: " + x.why);
  }
}

void webhook::say(const std::string& what) const {
  if (sources_.log)
    sources_.log("webhook " + options_.name + ": " + what);
}

} // namespace camwall::http
