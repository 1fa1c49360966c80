#include "http/request.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::array<std::pair<std::string_view, method>, 7> methods{{
  {"GET", method::get},
  {"HEAD", method::head},
  {"OPTIONS", method::options},
  {"POST", method::post},
  {"PUT", method::put},
  {"PATCH", method::patch},
  {"DELETE", method::del},
}};

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::string_view to_string(method x) noexcept {
  return methods[static_cast<std::size_t>(x)].first;
}

std::optional<method> parse_method(std::string_view word) noexcept {
  for (const auto& [name, value] : methods)
    if (name == word)
      return value;
  return std::nullopt;
}

bool is_safe(method x) noexcept {
  return x == method::get || x == method::head || x == method::options;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

bool is_token(std::string_view text) noexcept {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
  });
}

std::string_view trim(std::string_view text) noexcept {
  auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool list_holds(std::string_view list, std::string_view word) noexcept {
  while (!list.empty()) {
    auto item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    if (equal_ignoring_case(trim(item), word))
      return true;
  }
  return false;
}

std::string_view request::header(std::string_view name) const noexcept {
  for (const auto& field : headers)
    if (equal_ignoring_case(field.name, name))
      return field.value;
  return {};
}

bool request::has_header(std::string_view name) const noexcept {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& field) { return equal_ignoring_case(field.name, name); });
}

std::optional<std::string_view> request::query_value(std::string_view name) const noexcept {
  for (auto rest = query; !rest.empty();) {
    auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    auto equals = std::min(pair.find('='), pair.size());
    if (pair.substr(0, equals) == name)
      return pair.substr(std::min(equals + 1, pair.size()));
  }
  return std::nullopt;
}

} // namespace camwall::http
