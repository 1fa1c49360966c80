#include "http/access/login_form.hpp"

#include "http/access/secrets.hpp"
#include "http/access/settings.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace camwall::http {

namespace {

using json = nlohmann::json;

constexpr std::size_t name_bytes_max = 64;
constexpr std::string_view hex_digits = "0123456789ABCDEF";

int hex_value(char c) noexcept {
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  auto at = hex_digits.find(c);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

bool is_media_type(const request& x, std::string_view type) noexcept {
  auto field = x.header("Content-Type");
  return equal_ignoring_case(trim(field.substr(0, field.find(';'))), type);
}

std::string text_of(const json& x, const char* key) {
  auto found = x.find(key);
  return found != x.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::optional<login_form> parse_json(std::string_view body) {
  auto x = json::parse(body, nullptr, false);
  if (!x.is_object())
    return std::nullopt;
  login_form out;
  out.user = text_of(x, "user");
  out.password = text_of(x, "password");
  auto remember = x.find("remember");
  out.remember = remember != x.end() && remember->is_boolean() && remember->get<bool>();
  return out;
}

login_form parse_fields(std::string_view body) {
  login_form out;
  out.is_page = true;
  while (!body.empty()) {
    auto pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(pair.size() + 1, body.size()));
    auto equals = std::min(pair.find('='), pair.size());
    auto name = pair.substr(0, equals);
    auto value = form_decode(pair.substr(std::min(equals + 1, pair.size())));
    if (name == "user")
      out.user = std::move(value);
    else if (name == "password")
      out.password = std::move(value);
    else if (name == "next")
      out.next = local_path(value);
    else if (name == "remember")
      out.remember = !value.empty();
  }
  return out;
}

} // namespace

std::optional<login_form> parse_login(const request& x) {
  if (x.body.size() > access_limits::body_bytes_max)
    return std::nullopt;
  std::optional<login_form> out;
  if (is_media_type(x, "application/json"))
    out = parse_json(x.body);
  else if (is_media_type(x, "application/x-www-form-urlencoded"))
    out = parse_fields(x.body);
  if (!out || out->user.empty() || out->user.size() > name_bytes_max || out->password.empty() ||
      out->password.size() > password_bytes_max)
    return std::nullopt;
  return out;
}

std::string_view local_path(std::string_view text) noexcept {
  constexpr std::size_t path_bytes_max = 1024;
  auto plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  auto local = text.starts_with('/') && !text.starts_with("//") &&
               text.find('\\') == std::string_view::npos && text.size() <= path_bytes_max;
  return plain && local ? text : std::string_view{"/"};
}

std::string form_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    auto low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    } else {
      out.push_back(text[i] == '+' ? ' ' : text[i]);
    }
  }
  return out;
}

std::string query_encode(std::string_view text) {
  std::string out;
  for (auto c : text) {
    auto plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 std::string_view{"-._~/"}.find(c) != std::string_view::npos;
    auto byte = static_cast<unsigned char>(c);
    if (plain)
      out.push_back(c);
    else
      out.append(1, '%').append(1, hex_digits[byte >> 4]).append(1, hex_digits[byte & 15]);
  }
  return out;
}

} // namespace camwall::http
