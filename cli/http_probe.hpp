#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace camwall::cli {

/// Asks `GET /livez` over a connection of its own and tells whether any HTTP answer came within
/// `deadline`: one that refuses comes from a server that works. Blocks for at most that long.
/// `address` is the one that the server listens on; a wildcard means loopback.
bool http_answers(const std::string& address, std::uint16_t port,
                  std::chrono::milliseconds deadline);

} // namespace camwall::cli
