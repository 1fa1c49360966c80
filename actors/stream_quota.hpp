#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace camwall {

/// How many streams run, or try to, at a time. Any thread.
class stream_quota {
public:
  /// False when `max` do already.
  bool enter(std::uint32_t max) noexcept {
    auto n = count_.load();
    while (n < max)
      if (count_.compare_exchange_weak(n, n + 1))
        return true;
    return false;
  }

  /// For a stream that the configuration wants to run always.
  void enter() noexcept {
    ++count_;
  }

  void leave() noexcept {
    --count_;
  }

  std::uint32_t count() const noexcept {
    return count_;
  }

private:
  std::atomic<std::uint32_t> count_ = 0;
};

/// One stream's place, or none; given back at the end, whatever ends it.
class stream_place {
public:
  explicit stream_place(std::shared_ptr<stream_quota> quota) : quota_(std::move(quota)) {
    // nop
  }

  ~stream_place() {
    give_back();
  }

  stream_place(const stream_place&) = delete;
  stream_place& operator=(const stream_place&) = delete;

  /// False when there is none left.
  bool take(std::uint32_t max) noexcept {
    taken_ = taken_ || quota_->enter(max);
    return taken_;
  }

  /// Also beyond the limit.
  void take() noexcept {
    if (!std::exchange(taken_, true))
      quota_->enter();
  }

  void give_back() noexcept {
    if (std::exchange(taken_, false))
      quota_->leave();
  }

private:
  std::shared_ptr<stream_quota> quota_;
  bool taken_ = false;
};

} // namespace camwall
