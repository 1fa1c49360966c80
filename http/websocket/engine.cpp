#include "http/websocket/engine.hpp"

#include <algorithm>
#include <thread>
#include <utility>

namespace camwall::http {

websocket_engine::websocket_engine(std::size_t threads, const websocket_limits& limits,
                                   http_observer& observer)
  : limits_(limits) {
  if (threads == 0)
    threads = std::max(1U, std::thread::hardware_concurrency() / 2);
  for (std::size_t i = 0; i < threads; ++i)
    threads_.push_back(std::make_unique<websocket_thread>(limits_, observer));
}

void websocket_engine::adopt(upgraded_socket x) {
  auto least = std::min_element(threads_.begin(), threads_.end(),
                                [](const auto& a, const auto& b) { return a->size() < b->size(); });
  (*least)->adopt(std::move(x));
}

void websocket_engine::stop() {
  for (auto& x : threads_)
    x->ask_to_end();
  for (auto& x : threads_)
    x->stop();
}

} // namespace camwall::http
