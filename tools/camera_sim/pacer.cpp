#include "tools/camera_sim/pacer.hpp"

#include "tools/camera_sim/feed.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace camwall::camera_sim {

namespace {

/// A unit goes out at most this late: well under the distance of two frames.
constexpr std::chrono::milliseconds tick{5};

} // namespace

pacer::pacer() : thread_([this] { run(); }) {
  // nop
}

pacer::~pacer() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void pacer::add(std::shared_ptr<feed> medium) {
  {
    const std::lock_guard lock{mutex_};
    media_.push_back(std::move(medium));
  }
  changed_.notify_all();
}

void pacer::remove(const std::shared_ptr<feed>& medium) {
  const std::lock_guard lock{mutex_};
  std::erase(media_, medium);
}

bool pacer::idle() const {
  const std::lock_guard lock{mutex_};
  return media_.empty();
}

void pacer::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    changed_.wait(lock, [this] { return stopping_ || !media_.empty(); });
    for (const auto& medium : media_)
      medium->advance();
    changed_.wait_for(lock, tick, [this] { return stopping_; });
  }
}

} // namespace camwall::camera_sim
