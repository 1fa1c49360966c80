#pragma once

#include "http/request.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace camwall::http {

/// How much of a request is accepted before it is refused.
struct framing_limits {
  std::size_t header_bytes_max = 16'384; ///< Request line and header section: else 431.
  std::size_t body_bytes_max = 65'536;   ///< Else 413.
  std::size_t target_bytes_max = 8000;   ///< RFC 9112 §3 asks for at least that; else 414.
  std::size_t fields_max = 100;          ///< Else 431.
};

/// One complete request as it stands in the buffer.
struct framed_request {
  std::string_view method;
  std::string_view target; ///< Origin form (`/path?query`) or `*`.
  std::string_view host;   ///< Empty only in HTTP/1.0 without a Host field.
  std::vector<header_field> fields;
  std::string_view body;
  bool keep_alive = true;
  int minor_version = 1; ///< Of HTTP/1.x.
  std::size_t size = 0;  ///< Bytes of the buffer that belong to this request.
};

/// Why a request cannot be served. The connection is closed after the answer: what follows cannot
/// be trusted.
struct refusal {
  int status = 400;
  std::string_view code;   ///< The `code` of the problem, e.g. `bad_header`.
  std::string_view detail; ///< One sentence for people.
};

/// Finds one request at the beginning of a buffer, strictly after RFC 9112: what two
/// implementations could read in two ways (bare LF, folded lines, several lengths, length beside
/// transfer coding) is refused, never repaired.
class framer {
public:
  enum class result { incomplete, complete, refused };

  explicit framer(framing_limits limits) noexcept : limits_(limits) {
    // nop
  }

  /// `buffer` begins where the request begins and only grows between calls that return
  /// `incomplete`; after another result the next call starts anew.
  result next(std::string_view buffer);

  /// After `complete`; its views point into the buffer.
  const framed_request& request() const noexcept {
    return request_;
  }

  /// After `refused`.
  const refusal& why() const noexcept {
    return why_;
  }

private:
  result refuse(int status, std::string_view code, std::string_view detail);
  result find_end(std::string_view buffer, std::size_t& head_size);
  bool parse_request_line(std::string_view line);
  bool parse_target(std::string_view target);
  bool parse_field(std::string_view line);
  bool judge_fields();
  bool judge_length(std::size_t lengths, std::size_t codings, std::string_view length);

  framing_limits limits_;
  framed_request request_;
  refusal why_;
  std::size_t scanned_ = 0; // Bytes that hold no end of the header section.
  std::size_t needed_ = 0;  // Size of the whole request, once its head is known.
  std::size_t body_size_ = 0;
  int minor_version_ = 1;
  bool absolute_ = false; // The target named the host: it beats the Host field (RFC 9112 §3.2.2).
};

} // namespace camwall::http
