#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace camwall {

/// What became of the messages to one receiver.
struct webhook_statistics {
  std::string name; ///< As configured: a label of bounded values.
  std::uint64_t sent = 0;
  std::uint64_t rejected = 0;     ///< Messages that the receiver did not want.
  std::uint64_t dropped = 0;      ///< Messages that did not arrive in time.
  std::uint64_t tries_failed = 0; ///< Of all messages; rejected ones are among them.
  std::size_t waiting = 0;        ///< 1 while a message waits.
};

} // namespace camwall
