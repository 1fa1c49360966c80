#include "config/interpolation.hpp"

#include "config/text_file.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace camwall::config {

namespace {

/// `inner` is what stands between the braces.
tl::expected<std::string, std::string> look_up(std::string_view inner, const environment& env) {
  auto mark = inner.find(":-");
  std::string name{inner.substr(0, mark)};
  if (!is_variable_name(name))
    return tl::unexpected(
      std::string{"between ${ and } belongs the name of a variable; write $${ for a literal ${"});
  auto value = env(name);
  if (mark != std::string_view::npos && (!value || value->empty()))
    return std::string{inner.substr(mark + 2)};
  if (!value)
    return tl::unexpected("the variable " + name +
                          " is not set (environment, secrets_file, .env); ${" + name +
                          ":-default} gives a default");
  if (find_text_flaw(*value))
    return tl::unexpected("the variable " + name +
                          " is not UTF-8 text or holds a control character");
  return std::move(*value);
}

} // namespace

bool is_variable_name(std::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text.front())) != 0)
    return false;
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing in this program changes the environment.
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
}

tl::expected<std::string, std::string> interpolate(std::string_view text, const environment& env) {
  std::string out;
  while (!text.empty()) {
    auto begin = text.find("${");
    bool escaped = begin != std::string_view::npos && begin > 0 && text[begin - 1] == '$';
    out += text.substr(0, escaped ? begin - 1 : begin);
    if (begin == std::string_view::npos)
      break;
    text.remove_prefix(begin + 2);
    if (escaped) {
      out += "${";
      continue;
    }
    auto end = text.find('}');
    if (end == std::string_view::npos)
      return tl::unexpected(std::string{"a ${ has no }; write $${ for a literal ${"});
    auto value = look_up(text.substr(0, end), env);
    if (!value)
      return value;
    out += *value;
    if (out.size() > interpolated_bytes_max)
      return tl::unexpected(std::string{"is longer than 16 KiB with its variables filled in"});
    text.remove_prefix(end + 1);
  }
  return out;
}

} // namespace camwall::config
