#include "config/sections.hpp"
#include "config/url.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>

namespace camwall::config {

namespace {

constexpr std::size_t webhooks_max = 8;
constexpr std::size_t name_bytes_max = 63;
constexpr std::size_t groups_max = 64;
constexpr std::size_t secret_bytes_min = 16;
constexpr text_rule url_rule{.bytes_max = url_bytes_max, .may_be_empty = false, .secret = true};
constexpr text_rule secret_rule{.bytes_max = 256, .may_be_empty = false, .secret = true};

/// What `http://` or `https://` leads to.
struct receiver {
  std::string host; ///< In lower case, without brackets.
  bool encrypted = false;
};

std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_port(std::string_view text) {
  std::uint16_t x = 0;
  auto end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, x);
  return error == std::errc{} && stop == end && x != 0;
}

/// Takes an address apart (RFC 3986 §3.2). Empty when it is none: nothing of it may be told, as any
/// part can be a token.
std::optional<receiver> parse_receiver(std::string_view text) {
  auto printable = [](char c) {
    return c > ' ' && c < 0x7f &&
           std::string_view{"\"<>\\^`{|}#"}.find(c) == std::string_view::npos;
  };
  constexpr std::string_view mark = "://";
  auto scheme = lower(text.substr(0, text.find(mark)));
  if ((scheme != "http" && scheme != "https") || text.size() <= scheme.size() + mark.size() ||
      !std::all_of(text.begin(), text.end(), printable))
    return std::nullopt;
  text.remove_prefix(scheme.size() + mark.size());
  auto authority = text.substr(0, text.find_first_of("/?"));
  authority.remove_prefix(authority.rfind('@') + 1); // Nothing when there is none.
  auto bracket = authority.starts_with('[') ? authority.find(']') : 0;
  if (bracket == std::string_view::npos)
    return std::nullopt;
  auto colon = authority.find(':', bracket);
  auto host = lower(authority.substr(0, colon));
  if (colon != std::string_view::npos && !is_port(authority.substr(colon + 1)))
    return std::nullopt;
  if (bracket > 0) {
    if (!host.ends_with(']'))
      return std::nullopt;
    host = host.substr(1, host.size() - 2);
  }
  if (bracket > 0 ? !is_ip_address(host) : !is_host_name(host))
    return std::nullopt;
  return receiver{.host = std::move(host), .encrypted = scheme == "https"};
}

void read_name(section& here, std::set<std::string>& taken, webhook& into) {
  if (here.find("name") == nullptr)
    here.error("name", "is missing");
  auto name = here.text("name", {.bytes_max = name_bytes_max, .may_be_empty = false});
  if (!name)
    return;
  if (!is_camera_id(name->text))
    here.error(*name, name->shown + " is not a name of a-z, 0-9, _ and -");
  else if (!taken.insert(name->text).second)
    here.error(*name, name->shown + " is the name of another webhook, too");
  into.name = std::move(name->text);
}

void read_receiver(load_context& context, section& here, webhook& into) {
  if (here.find("url") == nullptr)
    here.error("url", "is missing");
  if (auto url = here.text("url", url_rule)) {
    auto found = parse_receiver(url->text);
    if (!found)
      here.error(*url,
                 "is not an address such as https://alerts.example/camwall (it is not "
                 "shown here, as it may hold a token)");
    else if (!found->encrypted && !is_loopback(found->host) && found->host != "localhost")
      here.warn(*url, "is http: on the way, others can read what is sent");
    into.url = std::move(url->text);
  }
  if (auto secret = here.text("secret", secret_rule)) {
    if (secret->text.size() < secret_bytes_min)
      here.error(*secret, "is shorter than " + std::to_string(secret_bytes_min) + " bytes");
    into.secret = std::move(secret->text);
  }
  const auto* ca_file = here.find("ca_file");
  if (ca_file == nullptr)
    return; // Reading it would make the folder of it.
  here.read("ca_file", into.ca_file);
  std::error_code ignored;
  if (!std::filesystem::exists(into.ca_file, ignored))
    context.warn(ca_file->at, here.path_of("ca_file"), "does not exist (yet)");
}

void read_events(section& here, webhook& into) {
  if (here.find("events") == nullptr)
    return;
  into.events.clear();
  auto wrong = false;
  for (const auto& text : here.texts("events", all_notice_events.size())) {
    auto known = std::find_if(all_notice_events.begin(), all_notice_events.end(),
                              [&](auto x) { return text.text == to_string(x); });
    wrong = wrong || known == all_notice_events.end();
    if (known == all_notice_events.end())
      here.error(text, text.shown + " is not one of down, picture, reload");
    else
      into.events.push_back(*known);
  }
  if (into.events.empty() && !wrong)
    here.error("events", "names none of down, picture, reload");
}

void read_webhook(load_context& context, section& here, std::set<std::string>& taken,
                  webhook& into) {
  read_name(here, taken, into);
  read_receiver(context, here, into);
  read_events(here, into);
  for (auto& group : here.texts("groups", groups_max))
    into.groups.push_back(std::move(group.text));
  here.read("after", into.after, seconds_f{0}, seconds_f{3600});
  here.read("resolved", into.resolved);
}

} // namespace

void read_webhooks(load_context& context, const section& top, wall& into) {
  std::set<std::string> taken;
  top.each("webhooks", "webhooks[]", webhooks_max, [&](section& here) {
    webhook x;
    read_webhook(context, here, taken, x);
    into.webhooks.push_back(std::move(x));
  });
}

} // namespace camwall::config
