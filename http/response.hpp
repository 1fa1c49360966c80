#pragma once

#include "core/unique_fd.hpp"
#include "http/body_source.hpp"
#include "http/websocket/session.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace camwall::http {

/// A piece of an open file that is sent as the body.
struct file_part {
  unique_fd fd;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct response;

/// Gives the answer that a handler did not have at once: from any thread; only the first call
/// counts. When every copy is gone without a call the answer is a 500. After the client has left,
/// the deadline has passed or the server has ended it does nothing.
using answer_later = std::function<void(response)>;

/// What a handler answers. The transport adds the status line, `Date`, `Content-Length` and
/// `Connection`.
struct response {
  int status = 200;
  std::string fields; ///< Header fields, each ended by CRLF; use `add`.
  std::string body;   ///< Sent unless `file` is open.
  file_part file;
  bool omit_body = false; ///< HEAD: `Content-Length` tells the size, and nothing follows.
  std::string_view route; ///< The pattern that matched: the label of the metrics. Static storage.

  /// Of a 101: who talks over the connection once this answer has left. Empty for all others.
  session_factory upgrade;

  /// Of an answer that has to wait for something: the transport calls it once, on the connection's
  /// thread, with what to call when the answer is there. It must not block. `fields`, `route` and
  /// `omit_body` beside it hold for the answer that comes, whatever it says (they are what the
  /// dispatchers add to every answer); all else beside it is ignored. The deadline is
  /// `listen_options::answer_deadline` (504). Until then the connection reads nothing. The answer
  /// that comes may have a `later` of its own; the deadline stays the same.
  std::function<void(answer_later)> later;

  /// Of an answer that comes `later` and is worth nothing when nobody waits for it any more: the
  /// transport calls it once, on the connection's thread, when the client has left, the deadline
  /// has passed or the server ends before the answer is there; never before `later`. It must not
  /// block. For this answer, a client that has closed its half of the connection has left: that is
  /// all that is seen of a browser that aborts. For others it still waits (RFC 9112 §9.6).
  std::function<void()> on_abandoned;

  /// A body that is made while it is sent, in chunks (RFC 9112 §7.1; HTTP/1.0: up to the end of the
  /// connection). `body` and `file` are ignored then.
  std::shared_ptr<body_source> source;

  /// Appends one header field. Control characters in `value` (a header injection) become `?`.
  response& add(std::string_view name, std::string_view value);

  /// Says that the answer would be another one with another request field `name` (RFC 9110
  /// §12.5.5), in one line with those that were said before: not every cache reads a second one.
  response& vary_by(std::string_view name);

  std::uint64_t content_length() const noexcept {
    return file.fd ? file.size : body.size();
  }
};

/// An answer with a body of its own.
response text_response(int status, std::string_view content_type, std::string body);

/// The words of RFC 9110 §15; `Unknown` for a code that the server never sends.
std::string_view reason_phrase(int status) noexcept;

/// What of the answer depends on the connection and not on the handler.
struct head_options {
  bool keep_alive = true;
  bool chunked = true;   ///< Whether the client knows chunks: not before HTTP/1.1.
  std::string_view date; ///< IMF-fixdate (RFC 9110 §5.6.7).
};

/// Appends status line and header section of `x` to `out` (RFC 9112 §4).
void append_head(std::string& out, const response& x, const head_options& options);

/// As IMF-fixdate (RFC 9110 §5.6.7).
std::string http_date(std::chrono::system_clock::time_point x);

/// The present time as IMF-fixdate; rendered once a second per thread.
std::string_view http_date();

} // namespace camwall::http
