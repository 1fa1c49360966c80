#include "http/notices/webhook.hpp"

#include "http/access/secrets.hpp"
#include "http/notices/webhook_message.hpp"

#include <algorithm>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::chrono::seconds look_period{1};
constexpr std::size_t delivery_bytes = 12;

} // namespace

webhook::webhook(webhook_options what, webhook_sources from)
  : options_(std::move(what)),
    sources_(std::move(from)),
    rules_(options_.filter),
    poster_(options_.receiver),
    thread_([this] { run(); }) {
  // nop
}

webhook::~webhook() {
  stop();
}

void webhook::stop() {
  {
    std::lock_guard guard{mutex_};
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

webhook_statistics webhook::statistics() const {
  return {.name = options_.name,
          .sent = sent_,
          .failed = failed_,
          .rejected = rejected_,
          .dropped = dropped_,
          .waiting = waiting_};
}

void webhook::run() {
  while (!stop_) {
    look();
    if (!queue_.empty() && (!next_try_ || clock::now() >= *next_try_))
      send_first();
    std::unique_lock lock{mutex_};
    wake_.wait_for(lock, look_period, [this] { return stop_.load(); });
  }
}

void webhook::look() {
  auto reload = sources_.last_reload ? sources_.last_reload() : nullptr;
  auto what = rules_.look(*sources_.wall->load(), reload.get(), clock::now(),
                          std::chrono::system_clock::now());
  if (!what.empty())
    enqueue(what);
}

void webhook::enqueue(const std::vector<notice>& what) {
  if (queue_.size() >= webhook_limits::queue_max)
    give_up(dropped_, "too many messages wait for it");
  auto delivery = random_text(delivery_bytes);
  auto body = webhook_body(what, delivery, options_.build, std::chrono::system_clock::now());
  queue_.push_back({std::move(delivery), std::move(body), clock::now()});
  waiting_ = queue_.size();
}

/// What is signed is the time of the try, so that a receiver may refuse what somebody recorded.
void webhook::send_first() {
  const auto& first = queue_.front();
  auto now = std::chrono::system_clock::now().time_since_epoch();
  auto timestamp = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count());
  std::vector<std::string> headers{
    "Content-Type: application/json", "Expect:", "User-Agent: camwall/" + options_.version,
    "Camwall-Delivery: " + first.delivery, "Camwall-Timestamp: " + timestamp};
  if (!options_.secret.empty())
    headers.push_back("Camwall-Signature: sha256=" +
                      webhook_signature(options_.secret, timestamp, first.body));
  auto result = poster_.post(first.body, headers, stop_);
  if (stop_)
    return;
  if (result.what == http_poster::outcome::sent) {
    ++sent_;
    failures_ = 0;
    next_try_.reset();
    queue_.pop_front();
    waiting_ = queue_.size();
    return;
  }
  ++failed_;
  if (failures_++ == 0 && sources_.log)
    sources_.log("webhook " + options_.name + ": " + result.why);
  next_try_ = clock::now() + retry_wait();
  if (result.what == http_poster::outcome::rejected)
    give_up(rejected_, result.why);
  else if (clock::now() - first.made > webhook_limits::age_max)
    give_up(dropped_, result.why);
}

void webhook::give_up(std::atomic<std::uint64_t>& count, const std::string& why) {
  ++count;
  if (sources_.log)
    sources_.log("webhook " + options_.name + ": a message is given up: " + why);
  queue_.pop_front();
  waiting_ = queue_.size();
}

webhook::clock::duration webhook::retry_wait() {
  constexpr std::size_t doublings_max = 6;
  auto base = std::min<std::chrono::seconds>(
    webhook_limits::retry_max,
    std::chrono::seconds{1 << (std::min(failures_, doublings_max + 1) - 1)});
  std::uniform_real_distribution<double> spread{0.8, 1.2};
  return std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>{base} *
                                                     spread(random_));
}

} // namespace camwall::http
