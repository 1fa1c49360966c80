#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace camwall::camera_sim {

class feed;

/// The one thread that lets all running media advance, a few milliseconds apart; it sleeps while
/// nobody watches.
class pacer {
public:
  pacer();
  ~pacer();
  pacer(const pacer&) = delete;
  pacer& operator=(const pacer&) = delete;

  void add(std::shared_ptr<feed> medium);
  void remove(const std::shared_ptr<feed>& medium);

  /// Whether no medium runs.
  bool idle() const;

private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::shared_ptr<feed>> media_;
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace camwall::camera_sim
