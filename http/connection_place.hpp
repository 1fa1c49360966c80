#pragma once

#include "http/connection_limits.hpp"
#include "http/wall_services.hpp"

#include <utility>

namespace camwall::http {

/// One open connection's place in the accounts, from `accept` to the last close, whoever serves it
/// meanwhile: given back when this ends. Thread-safe in so far as limits and observer are.
class connection_place {
public:
  connection_place() noexcept = default;

  /// Takes over a place that `limits.enter` has granted. Limits and observer must outlive it.
  connection_place(connection_limits& limits, http_observer& observer, const peer_address& address)
    : limits_(&limits), observer_(&observer), address_(address) {
    observer.on_connections(+1);
  }

  connection_place(connection_place&& other) noexcept
    : limits_(std::exchange(other.limits_, nullptr)),
      observer_(other.observer_),
      address_(other.address_) {
    // nop
  }

  connection_place& operator=(connection_place&& other) noexcept {
    std::swap(limits_, other.limits_);
    std::swap(observer_, other.observer_);
    std::swap(address_, other.address_);
    return *this;
  }

  connection_place(const connection_place&) = delete;
  connection_place& operator=(const connection_place&) = delete;

  ~connection_place() {
    if (limits_ == nullptr)
      return;
    limits_->leave(address_);
    observer_->on_connections(-1);
  }

private:
  connection_limits* limits_ = nullptr;
  http_observer* observer_ = nullptr;
  peer_address address_;
};

} // namespace camwall::http
