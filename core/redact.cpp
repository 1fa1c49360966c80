#include "core/redact.hpp"

#include <algorithm>
#include <cctype>

namespace camwall {

namespace {

constexpr std::string_view mask = "***";

bool ends_authority(char c) {
  return c == '/' || c == '?' || c == '#' || c == '"' || c == '\'' || c == '<' || c == '>' ||
         std::isspace(static_cast<unsigned char>(c)) != 0;
}

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

void replace_all(std::string& text, std::string_view what) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += mask.size())
    text.replace(at, what.size(), mask);
}

std::string hide_user_information(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    auto mark = text.find("://", at);
    if (mark == std::string_view::npos)
      break;
    auto begin = mark + 3;
    auto end = begin;
    // A password written unescaped may hold '/' or '?': the last '@' before white space decides.
    auto word_end = begin;
    while (word_end < text.size() &&
           std::isspace(static_cast<unsigned char>(text[word_end])) == 0 && text[word_end] != '"')
      ++word_end;
    while (end < word_end && !ends_authority(text[end]))
      ++end;
    auto user_end = text.substr(begin, end - begin).rfind('@');
    if (user_end == std::string_view::npos)
      user_end = text.substr(begin, word_end - begin).rfind('@');
    out.append(text, at, begin - at);
    if (user_end != std::string_view::npos) {
      out.append(mask);
      begin += user_end;
    }
    at = begin;
  }
  out.append(text, at);
  return out;
}

} // namespace

std::string redact(std::string_view text) {
  auto out = hide_user_information(text);
  constexpr std::string_view header = "authorization:";
  for (std::size_t at = 0; at + header.size() <= out.size(); ++at) {
    if (!same_letters(std::string_view{out}.substr(at, header.size()), header))
      continue;
    auto begin = at + header.size();
    auto end = std::min(out.find_first_of("\r\n", begin), out.size());
    out.replace(begin, end - begin, " ***");
    at = begin;
  }
  return out;
}

std::string redact_secret(std::string_view text, std::string_view secret) {
  std::string out{text};
  if (secret.size() < 3)
    return out;
  replace_all(out, secret);
  replace_all(out, percent_encode(secret));
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (unsigned char c : text) {
    if (std::isalnum(c) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(static_cast<char>(c));
    } else {
      out.push_back('%');
      out.push_back(hex[c >> 4]);
      out.push_back(hex[c & 15]);
    }
  }
  return out;
}

} // namespace camwall
