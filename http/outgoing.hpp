#pragma once

#include "http/response.hpp"

#include <cstdint>
#include <string>

namespace camwall::http {

/// One answer on its way into a non-blocking socket. Never waits and never spins: it says what it
/// needs to go on.
class outgoing {
public:
  enum class progress {
    done,    ///< The last byte is with the kernel.
    blocked, ///< The socket takes no more for now.
    yielded, ///< Had its share of this turn; the socket would take more.
    failed,  ///< The peer is gone, or the file became shorter than announced: close the connection.
  };

  /// Takes the answer over. Not while another one is active.
  void begin(response x, const head_options& options);

  /// Takes bytes over that go out as they are. Not while something is active.
  void begin_piece(std::string bytes);

  progress pump(int socket);

  bool active() const noexcept {
    return active_;
  }

  /// Bytes handed to the kernel since `begin`.
  std::uint64_t sent() const noexcept {
    return sent_;
  }

  /// Forgets the answer; what was sent stays sent.
  void reset();

private:
  progress pump_head(int socket);
  progress pump_file(int socket);

  std::string head_; // Status line, fields and a body that is not worth a sendfile.
  std::size_t head_sent_ = 0;
  file_part file_;
  std::uint64_t sent_ = 0;
  bool active_ = false;
  bool broken_ = false;
};

} // namespace camwall::http
