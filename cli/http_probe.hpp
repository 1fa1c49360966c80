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

/// Whether this process could listen there now: 0, or the `errno` that refuses it; EADDRNOTAVAIL
/// when `address` is none. It does not listen: nobody can reach it meanwhile.
int try_to_bind(const std::string& address, std::uint16_t port) noexcept;

} // namespace camwall::cli
