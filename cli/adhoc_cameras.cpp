#include "cli/adhoc_cameras.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace camwall::cli {

namespace {

using clock = std::chrono::steady_clock;
using http::address_refusal;
namespace close_code = http::close_code;

/// What a client is told; names the setting that decides and repeats nothing of the address.
address_refusal told(adhoc_refused why, const config::adhoc& settings) {
  auto not_allowed = [](std::string_view text) {
    return address_refusal{
      .status = 403, .close_code = close_code::not_allowed, .why = std::string{text}};
  };
  auto later = [](std::string text) {
    return address_refusal{
      .status = 503, .close_code = close_code::try_again_later, .why = std::move(text)};
  };
  switch (why) {
    case adhoc_refused::off:
      break;
    case adhoc_refused::role:
      return not_allowed(
        "clients of this listener may not supply addresses (adhoc.role in the configuration)");
    case adhoc_refused::permission:
      return not_allowed("this address is not permitted (adhoc.allow in the configuration)");
    case adhoc_refused::address:
      return {
        .status = 400, .close_code = close_code::bad_request, .why = "this is no RTSP address"};
    case adhoc_refused::full:
      return later("as many addresses as may (adhoc.cameras_max, " +
                   std::to_string(settings.cameras_max) + ") are watched already");
    case adhoc_refused::login:
      return later("this login was refused a while ago, or others were at this camera; " +
                   std::to_string(adhoc_limits::login_hold.count()) + " minutes may pass");
  }
  return not_allowed(http::adhoc_refusal);
}

/// Failures before the last picture do not count.
bool refused_login(const wall_snapshot& wall, std::string_view id) {
  const auto* x = wall.find(id);
  auto auth = std::find(all_reasons.begin(), all_reasons.end(), reason::auth);
  return x != nullptr && x->attempts > 0 &&
         x->connect_failures[static_cast<std::size_t>(auth - all_reasons.begin())] > 0;
}

} // namespace

struct adhoc_cameras::state {
  explicit state(const parts& x)
    : pool(x.first, [wall = x.wall](std::string_view id) {
        return wall != nullptr && refused_login(*wall->load(), id);
      }) {
    // nop
  }

  std::mutex mutex;
  std::condition_variable changed;
  adhoc_pool pool;
  bool quit = false;
};

/// Somebody's share in a camera.
class adhoc_cameras::lease {
public:
  lease(std::shared_ptr<state> from, std::uint64_t number)
    : from_(std::move(from)), number_(number) {
    // nop
  }

  lease(const lease&) = delete;
  lease& operator=(const lease&) = delete;

  ~lease() {
    std::lock_guard guard{from_->mutex};
    from_->pool.give_back(number_, clock::now());
    from_->changed.notify_all();
  }

private:
  std::shared_ptr<state> from_;
  std::uint64_t number_;
};

adhoc_cameras::adhoc_cameras(parts x)
  : parts_(std::move(x)), state_(std::make_shared<state>(parts_)) {
  if (!parts_.first->compat.empty()) // Their listeners are there from the start, or never.
    thread_ = std::thread{[this] { run(); }};
}

adhoc_cameras::~adhoc_cameras() {
  stop();
}

void adhoc_cameras::stop() {
  {
    std::lock_guard guard{state_->mutex};
    state_->quit = true;
    state_->pool.close();
    state_->changed.notify_all();
  }
  if (thread_.joinable())
    thread_.join();
}

void adhoc_cameras::take(std::shared_ptr<const config::wall> newer) {
  std::lock_guard turn{take_mutex_};
  std::shared_ptr<const config::wall> whole;
  {
    std::lock_guard guard{state_->mutex};
    state_->pool.configure(std::move(newer), clock::now());
    whole = state_->pool.compose();
  }
  parts_.take(std::move(whole));
}

tl::expected<http::adhoc_camera, address_refusal> adhoc_cameras::open(std::string_view url,
                                                                      http::role who) {
  std::unique_lock lock{state_->mutex};
  auto share = state_->pool.open(url, who, clock::now());
  if (share) {
    state_->changed.notify_all();
    return lend(state_, std::move(*share));
  }
  auto refusal = told(share.error(), state_->pool.configured()->adhoc);
  lock.unlock();
  if (share.error() == adhoc_refused::full && parts_.on_limit)
    parts_.on_limit("adhoc_cameras");
  if (share.error() == adhoc_refused::login && parts_.on_limit)
    parts_.on_limit("adhoc_logins");
  return tl::unexpected(std::move(refusal));
}

std::optional<http::adhoc_camera> adhoc_cameras::find(std::uint64_t number) {
  std::lock_guard guard{state_->mutex};
  auto share = state_->pool.find(number);
  return share ? std::optional{lend(state_, std::move(*share))} : std::nullopt;
}

http::adhoc_camera adhoc_cameras::lend(const std::shared_ptr<state>& from, adhoc_pool::share x) {
  return {.stream = std::move(x.stream),
          .number = x.number,
          .lease = std::make_shared<const lease>(from, x.number)};
}

adhoc_status adhoc_cameras::status() const {
  adhoc_status out;
  {
    std::lock_guard guard{state_->mutex};
    out = state_->pool.status(clock::now(), std::chrono::system_clock::now());
  }
  auto wall = parts_.wall != nullptr ? parts_.wall->load() : nullptr;
  for (auto& x : out.cameras) {
    const auto* found = wall == nullptr ? nullptr : wall->find(x.id);
    if (found == nullptr)
      continue; // It comes in a moment.
    x.phase = found->phase;
    x.reason = found->reason;
    x.detail = found->detail;
  }
  return out;
}

void adhoc_cameras::run() {
  std::unique_lock lock{state_->mutex};
  while (!state_->quit) {
    state_->pool.end_unwatched(clock::now());
    if (state_->pool.changed()) {
      lock.unlock();
      hand_over();
      lock.lock();
    } else if (auto end = state_->pool.next_end()) {
      state_->changed.wait_until(lock, *end);
    } else {
      state_->changed.wait(lock);
    }
  }
}

/// Tells the tree how things are when its turn has come.
void adhoc_cameras::hand_over() {
  std::lock_guard turn{take_mutex_};
  std::shared_ptr<const config::wall> whole;
  {
    std::lock_guard guard{state_->mutex};
    if (!state_->pool.changed())
      return;
    whole = state_->pool.compose();
  }
  parts_.take(std::move(whole));
}

} // namespace camwall::cli
