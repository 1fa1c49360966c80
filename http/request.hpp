#pragma once

#include "core/ip_range.hpp"
#include "http/principal.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace camwall::http {

/// The methods that the server knows (RFC 9110 §9); any other is answered 501.
enum class method : std::uint8_t { get, head, options, post, put, patch, del };

std::string_view to_string(method x) noexcept;

/// Method names are case-sensitive (RFC 9110 §9.1). Empty when the server does not know the word.
std::optional<method> parse_method(std::string_view word) noexcept;

/// True for methods that change nothing (RFC 9110 §9.2.1).
bool is_safe(method x) noexcept;

/// One header field; both views point into the connection's buffer.
struct header_field {
  std::string_view name;
  std::string_view value; ///< Without the white space around it.
};

/// One complete request. Views are valid while the request is being answered.
struct request {
  http::method method = http::method::get;
  std::string path;       ///< Decoded once; begins with `/`, holds no `..`, no empty segment.
  std::string_view query; ///< As it came, without the `?`.
  std::string_view
    host; ///< Host header or authority of an absolute target; empty only in HTTP/1.0.
  std::span<const header_field> headers;
  std::string_view body;
  int minor_version = 1;      ///< Of HTTP/1.x.
  bool from_loopback = false; ///< The other end of the connection is this machine.
  ip_address peer{};          ///< The other end of the connection.

  // What the dispatcher finds out before a handler sees the request:
  ip_address client{};        ///< Who asks: `peer`, or whom a trusted proxy speaks for.
  bool forwarded = false;     ///< A proxy speaks for somebody, trusted or not.
  bool secure = false;        ///< A trusted proxy says that the client came over TLS.
  bool listed_origin = false; ///< `Origin` is one of `server.cors_origins`.
  principal who = {};         ///< Who asks, and what for he was let in.

  /// A browser asks for something to show, and not a program or a script for data.
  bool wants_page() const noexcept {
    return header("Accept").find("text/html") != std::string_view::npos;
  }

  /// The client is this machine itself, and no proxy on it.
  bool is_local() const noexcept {
    return from_loopback && !forwarded;
  }

  /// Value of the first field of that name, compared without case; empty when there is none.
  std::string_view header(std::string_view name) const noexcept;

  bool has_header(std::string_view name) const noexcept;

  /// The raw value of `name` in the query; empty when it is absent.
  std::optional<std::string_view> query_value(std::string_view name) const noexcept;
};

/// Compares ASCII letters without case, as header names and host names are compared.
bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// RFC 9110 §5.6.2.
bool is_token(std::string_view text) noexcept;

/// Without the blanks and tabs around it.
std::string_view trim(std::string_view text) noexcept;

/// Whether `word` is an item of a comma-separated list, as in `Connection: keep-alive, Upgrade`.
bool list_holds(std::string_view list, std::string_view word) noexcept;

} // namespace camwall::http
