#include "config/camera_finder.hpp"

#include "config/url.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace camwall::config {

namespace {

constexpr std::string_view scheme = "rtsp://";
constexpr std::string_view default_port = "554";

int hex_value(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The byte that `text` encodes when it begins with `%XX`.
std::optional<char> escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%')
    return std::nullopt;
  auto high = hex_value(text[1]);
  auto low = hex_value(text[2]);
  if (high < 0 || low < 0)
    return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

std::string decode(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    auto byte = escaped_byte(text);
    out.push_back(byte.value_or(text.front()));
    text.remove_prefix(byte ? 3 : 1);
  }
  return out;
}

bool is_unreserved(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  auto byte = static_cast<unsigned char>(c);
  out.append({'%', digits[byte / 16], digits[byte % 16]});
}

/// One spelling for each path and query.
std::string normalise_rest(std::string_view text) {
  constexpr std::string_view reserved = ":/?#[]@!$&'()*+,;=";
  std::string out;
  while (!text.empty()) {
    auto byte = escaped_byte(text);
    auto c = byte.value_or(text.front());
    // An escaped reserved character is not the same as the bare one.
    if (is_unreserved(c) || (!byte && reserved.find(c) != std::string_view::npos))
      out.push_back(c);
    else
      append_escaped(out, c);
    text.remove_prefix(byte ? 3 : 1);
  }
  auto path_end = std::min(out.find('?'), out.size());
  if (path_end > 0 && out[path_end - 1] == '/')
    out.erase(path_end - 1, 1);
  return out;
}

std::string normalise_host(std::string_view text) {
  auto bracket = text.find(']');
  auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  std::string out{text.substr(0, colon)};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto port = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
  return out.append(":").append(port.empty() ? default_port : port);
}

/// A login taken apart in every way that its writer may have meant; all alike without one.
struct parts {
  std::string place;
  std::array<std::string, 2> logins;
};

std::optional<parts> take_apart(std::string_view url) {
  if (url.size() > url_bytes_max || url.size() < scheme.size())
    return std::nullopt;
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(url[i])) != scheme[i])
      return std::nullopt;
  url.remove_prefix(scheme.size());
  auto authority = url.substr(0, url.find_first_of("/?"));
  auto rest = url.substr(authority.size());
  auto at = authority.rfind('@');
  auto host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  parts out{normalise_host(host) + normalise_rest(rest), {}};
  if (at == std::string_view::npos)
    return out;
  auto user = authority.substr(0, authority.substr(0, at).find(':'));
  user = user.substr(0, std::min(user.size(), at));
  auto password =
    user.size() < at ? authority.substr(user.size() + 1, at - user.size() - 1) : std::string_view{};
  out.logins[0] = decode(user).append(1, '\0').append(decode(password));
  out.logins[1] = std::string{user}.append(1, '\0').append(password);
  return out;
}

bool equal_in_constant_time(std::string_view secret, std::string_view guess) {
  auto differs = secret.size() ^ guess.size();
  for (std::size_t i = 0; i < guess.size(); ++i)
    differs |= static_cast<unsigned char>(guess[i]) ^
               static_cast<unsigned char>(i < secret.size() ? secret[i] : '\0');
  return differs == 0;
}

} // namespace

camera_finder::camera_finder(std::span<const camera> cameras) {
  for (const auto& x : cameras) {
    add(x.url, {x.id, "main"});
    if (!x.sub_url.empty())
      add(x.sub_url, {x.id, "sub"});
  }
}

void camera_finder::add(const std::string& url, stream_name target) {
  // What is configured is well-formed, so that its login has one meaning.
  if (auto known = take_apart(url))
    entries_.push_back({std::move(known->place), std::move(known->logins[0]), std::move(target)});
}

std::optional<stream_name> camera_finder::find(std::string_view url) const {
  auto asked = take_apart(url);
  if (!asked)
    return std::nullopt;
  const stream_name* found = nullptr;
  for (const auto& x : entries_) {
    auto decoded = equal_in_constant_time(x.login, asked->logins[0]);
    auto bare = equal_in_constant_time(x.login, asked->logins[1]);
    if ((decoded || bare) && x.place == asked->place && found == nullptr)
      found = &x.target;
  }
  return found == nullptr ? std::nullopt : std::optional{*found};
}

} // namespace camwall::config
