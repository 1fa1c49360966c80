#include "config/camera_address.hpp"

#include "config/suggest.hpp"
#include "config/templates.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace camwall::config {

namespace {

constexpr text_rule url_rule{.bytes_max = url_bytes_max, .may_be_empty = false, .secret = true};
constexpr std::array<std::string_view, 4> template_keys{"host", "port", "channel", "channels"};

std::optional<camera_url> read_url(section& here, std::string_view key) {
  auto value = here.text(key, url_rule);
  if (!value)
    return std::nullopt;
  auto url = parse_camera_url(value->text);
  if (!url) {
    here.error(*value, std::move(url.error()));
    return std::nullopt;
  }
  bool has_fields = here.find("username") != nullptr || here.find("password") != nullptr;
  if (url->has_user && has_fields) {
    here.error(*value, "names a user, and so do username and password; write only one of them");
    return std::nullopt;
  }
  return std::move(*url);
}

camera_addresses read_urls(section& here) {
  for (auto key : template_keys)
    if (here.find(key) != nullptr)
      here.error(key, "means something only together with template");
  if (here.find("url") == nullptr)
    here.error("url", "is missing");
  return {read_url(here, "url"), read_url(here, "sub_url"), std::nullopt};
}

const camera_template* read_template(section& here) {
  auto value = here.text("template");
  if (!value)
    return nullptr;
  const auto* found = find_template(value->text);
  if (found != nullptr)
    return found;
  std::vector<std::string_view> names;
  std::string list;
  for (const auto& x : camera_templates()) {
    names.push_back(x.name);
    list += (list.empty() ? "" : ", ") + std::string{x.name};
  }
  auto message = value->shown + " is not one of " + list;
  if (auto word = suggest(value->text, names); !word.empty())
    message += "; did you mean \"" + std::string{word} + "\"?";
  here.error(*value, std::move(message));
  return nullptr;
}

std::string read_host(section& here) {
  if (here.find("host") == nullptr) {
    here.error("host", "is missing; a template needs it");
    return {};
  }
  auto host = here.text("host", {.bytes_max = 253, .may_be_empty = false});
  if (!host)
    return {};
  if (is_ip_address(host->text))
    return std::move(host->text);
  bool numeric = host->text.find_first_not_of("0123456789.") == std::string::npos;
  if (is_host_name(host->text) && !numeric)
    return std::move(host->text);
  here.error(*host, host->shown + " is not a host name or an IP address (the port goes into port)");
  return {};
}

/// Takes a number off the begin of `text`; 0 when there is none.
std::uint32_t take_number(std::string_view& text) {
  std::uint32_t value = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{})
    return 0;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return value;
}

/// `1-4,7` → 1 2 3 4 7. Empty when it is no such text, or a number is beyond `max` or there twice.
std::vector<std::uint32_t> parse_channels(std::string_view text, std::uint32_t max) {
  std::vector<std::uint32_t> out;
  while (true) {
    auto first = take_number(text);
    auto last = first;
    if (text.starts_with('-')) {
      text.remove_prefix(1);
      last = take_number(text);
    }
    if (first == 0 || last < first || last > max)
      return {};
    for (auto x = first; x <= last; ++x) {
      if (std::find(out.begin(), out.end(), x) != out.end())
        return {};
      out.push_back(x);
    }
    if (text.empty())
      return out;
    if (!text.starts_with(','))
      return {};
    text.remove_prefix(1);
  }
}

/// Never empty.
std::vector<std::uint32_t> read_channels(section& here, const camera_template& kind) {
  bool has_one = here.find("channel") != nullptr;
  bool has_several = here.find("channels") != nullptr;
  if (kind.channels_max == 1 && (has_one || has_several)) {
    here.error(has_one ? "channel" : "channels",
               "template " + std::string{kind.name} + " knows no channels");
    return {1};
  }
  if (has_one && has_several) {
    here.error("channels", "is given beside channel; write only one of them");
    return {1};
  }
  std::uint32_t one = 1;
  if (!has_several) {
    here.read("channel", one, 1, kind.channels_max);
    return {one};
  }
  auto value = here.text("channels");
  if (!value)
    return {1};
  auto out = parse_channels(value->text, kind.channels_max);
  if (out.empty()) {
    here.error(*value, value->shown +
                         " is not a range such as 1-16 or 1-4,7 of numbers from 1 to " +
                         std::to_string(kind.channels_max) + ", each once");
    return {1};
  }
  return out;
}

camera_url address_of(std::string_view path, std::string_view host, std::uint32_t port,
                      std::uint32_t channel) {
  return parse_camera_url(template_url(path, host, static_cast<std::uint16_t>(port), channel))
    .value_or(camera_url{});
}

} // namespace

std::vector<camera_addresses> read_addresses(section& here) {
  if (here.find("template") == nullptr)
    return {read_urls(here)};
  for (std::string_view key : {"url", "sub_url"})
    if (here.find(key) != nullptr)
      here.error(key, "is given beside template, which has addresses of its own; write only one");
  const auto* kind = read_template(here);
  auto host = read_host(here);
  std::uint32_t port = 554;
  here.read("port", port, 1, 65535);
  if (kind == nullptr)
    return {{std::nullopt, std::nullopt, 1}};
  std::vector<camera_addresses> out;
  for (auto channel : read_channels(here, *kind)) {
    camera_addresses x{std::nullopt, std::nullopt, channel};
    if (!host.empty()) {
      x.main = address_of(kind->main, host, port, channel);
      x.sub = address_of(kind->sub, host, port, channel);
    }
    out.push_back(std::move(x));
  }
  return out;
}

} // namespace camwall::config
