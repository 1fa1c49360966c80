#pragma once

#include "http/framing.hpp"
#include "http/request.hpp"

#include <optional>
#include <string>

namespace camwall::http {

/// Turns one framed request into a `request`, with Pistache's parser.
class request_parser {
public:
  /// `out.path` stays empty when the path cannot be decoded. Returns why the request cannot be
  /// served at all.
  std::optional<refusal> parse(const framed_request& framed, request& out);

private:
  std::string text_; // What the parser is fed with; kept for its memory.
};

} // namespace camwall::http
