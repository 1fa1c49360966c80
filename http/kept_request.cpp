#include "http/kept_request.hpp"

#include <string>
#include <vector>

namespace camwall::http {

namespace {

/// All texts one after the other in one string, into which the views point.
struct owner {
  std::string texts;
  std::vector<header_field> fields;
  request copy;
};

} // namespace

std::shared_ptr<const request> keep(const request& x) {
  auto out = std::make_shared<owner>();
  auto size = x.query.size() + x.host.size() + x.body.size();
  for (const auto& field : x.headers)
    size += field.name.size() + field.value.size();
  out->texts.reserve(size); // No later move: the views hold.
  auto take = [&](std::string_view text) {
    auto begin = out->texts.size();
    out->texts.append(text);
    return std::string_view{out->texts}.substr(begin);
  };
  out->copy = x;
  out->copy.query = take(x.query);
  out->copy.host = take(x.host);
  out->copy.body = take(x.body);
  for (const auto& field : x.headers) {
    auto name = take(field.name);
    out->fields.push_back({name, take(field.value)});
  }
  out->copy.headers = out->fields;
  return {out, &out->copy};
}

} // namespace camwall::http
