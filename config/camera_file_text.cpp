#include "config/camera_document.hpp"
#include "core/redact.hpp"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace camwall::config {

namespace {

using nlohmann::ordered_json;

/// Every text stands in double quotes (YAML 1.2.2 §7.3.1), where only these mean something. `${` is
/// our own sign for a variable, which settings do not have.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"' || c == '\\')
      out += '\\';
    if (c == '$' && i + 1 < text.size() && text[i + 1] == '{')
      out += '$';
    if (c == '\t')
      out += "\\t";
    else
      out += c;
  }
  return out + '"';
}

std::string scalar(const ordered_json& x) {
  return x.is_string() ? quoted(x.get<std::string>()) : x.dump();
}

std::string list(const ordered_json& x) {
  std::string out = "[";
  for (const auto& item : x)
    out += (out.size() > 1 ? ", " : "") + scalar(item);
  return out + "]";
}

void append(std::string& out, const ordered_json& mapping, const std::string& indentation) {
  for (const auto& [key, value] : mapping.items()) {
    out += indentation + key + ":";
    if (value.is_object()) {
      out += "\n";
      append(out, value, indentation + "  ");
      continue;
    }
    out += " " + (value.is_array() ? list(value) : scalar(value)) + "\n";
  }
}

ordered_json settings_of(const camera& x) {
  return x.settings.empty() ? ordered_json{{"id", x.id}} : ordered_json::parse(x.settings);
}

std::string shown_settings(const camera& x) {
  auto out = settings_of(x);
  for (const auto* key : {"url", "sub_url"})
    if (out.contains(key))
      out[key] = redact(out[key].get<std::string>());
  if (out.contains("password") && !out["password"].get<std::string>().empty())
    out["password"] = "***";
  out["source"] = x.source.file + ":" + std::to_string(x.source.line);
  out["read_only"] = !x.api_owned;
  return out.dump();
}

} // namespace

std::string camera_file_text(const camera& x) {
  std::string out{api_file_header};
  out += "\ncamera:\n";
  append(out, settings_of(x), "  ");
  return out;
}

std::string api_file_name(std::string_view id) {
  return "api-" + std::string{id} + ".yaml";
}

bool has_api_header(std::string_view text) {
  // Its first words, so that files of other versions are known again.
  return text.starts_with(api_file_header.substr(0, api_file_header.find('.') + 1));
}

etag_key etag_key::random() {
  etag_key out;
  // Up to 256 bytes come whole or not at all (getrandom(2)).
  if (::getrandom(out.bytes_.data(), out.bytes_.size(), 0) < 0)
    throw std::system_error{errno, std::generic_category(), "no random numbers"};
  return out;
}

std::string etag_key::etag_of(std::string_view text) const {
  constexpr std::size_t shown_bytes = 16;
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  ::HMAC(::EVP_sha256(), bytes_.data(), static_cast<int>(bytes_.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data(), nullptr);
  std::string out;
  for (std::size_t i = 0; i < shown_bytes; ++i)
    out.append({digits[hash[i] / 16], digits[hash[i] % 16]});
  return out;
}

configured_camera describe(const camera& x, const etag_key& key) {
  configured_camera out;
  out.id = x.id;
  out.json = shown_settings(x);
  out.source = x.source.file + ":" + std::to_string(x.source.line);
  out.read_only = !x.api_owned;
  // A password of the defaults is a secret of the camera, too: it stands in its addresses.
  out.etag = key.etag_of(out.json + '\n' + x.settings + '\n' + x.url + '\n' + x.sub_url);
  return out;
}

} // namespace camwall::config
