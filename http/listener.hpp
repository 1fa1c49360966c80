#pragma once

#include "core/unique_fd.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <string>

namespace camwall::http {

struct listener {
  unique_fd fd; ///< Non-blocking.
  std::uint16_t port = 0;
};

/// True for `localhost` and addresses that only this machine reaches.
bool is_loopback_address(const std::string& address) noexcept;

/// Listens on an IP address or `localhost`; `::` takes IPv4 as well. The error is one sentence:
/// address, what the system said, what to do about it.
tl::expected<listener, std::string> listen_on(const std::string& address, std::uint16_t port);

} // namespace camwall::http
