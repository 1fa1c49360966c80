#include "http/request_parser.hpp"

#include "http/uri.hpp"

#include <pistache/http.h>

namespace camwall::http {

namespace {

std::optional<method> translate(Pistache::Http::Method x) noexcept {
  using Pistache::Http::Method;
  switch (x) {
    case Method::Get:
      return method::get;
    case Method::Head:
      return method::head;
    case Method::Options:
      return method::options;
    case Method::Post:
      return method::post;
    case Method::Put:
      return method::put;
    case Method::Patch:
      return method::patch;
    case Method::Delete:
      return method::del;
    default:
      return std::nullopt;
  }
}

} // namespace

// The parser gets the request line and the body, not the header fields: it throws for values that
// are harmless here, such as a cookie without a name that another program on the same host has set.
std::optional<refusal> request_parser::parse(const framed_request& framed, request& out) {
  const refusal not_implemented{501, "method_not_implemented",
                                "This server does not know the method."};
  if (!parse_method(framed.method))
    return not_implemented;
  text_.assign(framed.method).append(" ").append(framed.target).append(" HTTP/1.1\r\n");
  if (!framed.body.empty())
    text_.append("Content-Length: ").append(std::to_string(framed.body.size())).append("\r\n");
  text_.append("\r\n").append(framed.body);
  Pistache::Http::RequestParser parser{text_.size() + 1};
  try {
    if (!parser.feed(text_.data(), text_.size()) ||
        parser.parse() != Pistache::Http::Private::State::Done)
      return refusal{400, "bad_request", "The request cannot be parsed."};
  } catch (const std::exception&) {
    return refusal{400, "bad_request", "The request cannot be parsed."};
  }
  auto known = translate(parser.request.method());
  if (!known)
    return not_implemented;
  const auto& resource = parser.request.resource();
  out.method = *known;
  out.path = resource == "*" ? resource : decode_path(resource).value_or("");
  auto question = framed.target.find('?');
  out.query =
    question == std::string_view::npos ? std::string_view{} : framed.target.substr(question + 1);
  out.host = framed.host;
  out.headers = framed.fields;
  out.body = framed.body;
  return std::nullopt;
}

} // namespace camwall::http
