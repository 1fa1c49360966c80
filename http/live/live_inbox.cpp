#include "http/live/live_inbox.hpp"

#include <utility>

namespace camwall::http {

namespace {

constexpr std::size_t entry_bytes = 128; // What an entry takes besides payload and ids.

std::size_t bytes_of(std::span<const subscription_id> to) noexcept {
  return entry_bytes + to.size_bytes();
}

} // namespace

live_inbox::live_inbox(websocket_loop& loop, std::size_t bytes_max, std::function<void()> on_ready)
  : bytes_max_(bytes_max), on_ready_(std::move(on_ready)), loop_(&loop) {
  // nop
}

void live_inbox::close() {
  std::lock_guard guard{mutex_};
  loop_ = nullptr;
  waiting_ = {};
}

live_inbox::batch live_inbox::take() {
  std::lock_guard guard{mutex_};
  posted_ = false;
  bytes_ = 0;
  return std::exchange(waiting_, {});
}

void live_inbox::on_described(std::span<const subscription_id> to,
                              const feed_description& what) noexcept {
  guarded([&] { add(described{{to.begin(), to.end()}, what}, bytes_of(to)); });
}

void live_inbox::on_chunk(std::span<const subscription_id> to,
                          const media_chunk_ptr& chunk) noexcept {
  guarded([&] {
    auto size = bytes_of(to) + chunk->payload.size();
    // After the first loss all that follows is lost until the loop has seen what came before it.
    auto fits = waiting_.lost.empty() && bytes_ + size <= bytes_max_;
    if (fits || chunk->kind == chunk_kind::init) {
      add(arrived{{to.begin(), to.end()}, chunk}, size);
      return;
    }
    for (auto id : to)
      ++waiting_.lost[id];
  });
}

void live_inbox::on_refused(subscription_id to, std::string_view reason) noexcept {
  guarded([&] { add(refused{to, std::string{reason}}, entry_bytes + reason.size()); });
}

void live_inbox::add(entry x, std::size_t bytes) {
  waiting_.entries.push_back(std::move(x));
  bytes_ += bytes;
}

template <class F>
void live_inbox::guarded(F f) noexcept {
  std::lock_guard guard{mutex_};
  if (loop_ == nullptr)
    return;
  try {
    f();
  } catch (...) {
    waiting_.broken = true;
  }
  if (std::exchange(posted_, true))
    return;
  try {
    loop_->post(on_ready_);
  } catch (...) {
    posted_ = false; // The next one tries again.
  }
}

} // namespace camwall::http
