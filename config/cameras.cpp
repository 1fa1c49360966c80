#include "config/sections.hpp"
#include "config/url.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace camwall::config {

namespace {

constexpr text_rule user_rule{.bytes_max = 256, .secret = true};
constexpr text_rule url_rule{.bytes_max = url_bytes_max, .may_be_empty = false, .secret = true};
constexpr text_rule label_rule{.bytes_max = 128, .may_be_empty = false};
constexpr text_rule group_rule{.bytes_max = 64};
constexpr std::size_t quirks_max = 16;

/// Ids that mean something else where a camera's id may stand.
constexpr std::array<std::string_view, 2> reserved_ids{"all", "none"};

/// Who logs in, plain.
struct credentials {
  std::string user;
  std::string password;
};

void read_picture(section here, picture& into) {
  here.read("check", into.check);
  here.read("interval", into.interval, seconds_f{0.5}, seconds_f{60});
  here.read("frozen_after", into.frozen_after, seconds_f{1}, seconds_f{3600});
  here.read("black_after", into.black_after, seconds_f{1}, seconds_f{3600});
  here.read("black_luma", into.black_luma, 0, 64);
  here.read("uniform_after", into.uniform_after, seconds_f{1}, seconds_f{3600});
  here.read("uniform_spread", into.uniform_spread, 0, 64);
  here.read("undecodable_after", into.undecodable_after, 1, 100);
  if (here.find("ignore") == nullptr)
    return;
  into.ignore.clear();
  for (const auto& word : here.texts("ignore", all_conditions.size())) {
    if (auto what = parse_condition(word.text))
      into.ignore.push_back(*what);
    else
      here.error(word, word.shown + " is not one of frozen, undecodable, black, uniform");
  }
}

/// The keys that `defaults` and a camera have in common. `name` is that of the section.
void read_common(section& here, std::string_view name, camera& into) {
  read_picture(here.below("picture", std::string{name} + ".picture"), into.picture);
  here.read("transport", into.transport,
            section::choices<transport>{{"tcp", transport::tcp}, {"udp", transport::udp}});
  here.read("audio", into.audio);
  here.read("enabled", into.enabled);
  here.read("start", into.start,
            section::choices<start_mode>{{"always", start_mode::always},
                                         {"on_demand", start_mode::on_demand}});
  if (auto group = here.text("group", group_rule))
    into.group = std::move(group->text);
  // No quirk exists in this version. A name for a later one must not pass as if it had an effect.
  for (const auto& quirk : here.texts("quirks", quirks_max))
    here.error(quirk, quirk.shown + " is not a known quirk; this version knows none");
}

credentials read_credentials(section& here, credentials inherited) {
  auto out = std::move(inherited);
  if (auto user = here.text("username", user_rule))
    out.user = std::move(user->text);
  if (auto password = here.text("password", user_rule))
    out.password = std::move(password->text);
  return out;
}

bool is_id(std::string_view text) {
  constexpr std::string_view begin = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::string_view inner = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  constexpr std::size_t id_bytes_max = 63;
  return !text.empty() && text.size() <= id_bytes_max &&
         begin.find(text.front()) != std::string_view::npos &&
         text.find_first_not_of(inner) == std::string_view::npos;
}

/// Which cameras have which ids already.
using id_table = std::map<std::string, std::string>;

void read_id(section& here, id_table& taken, camera& into) {
  if (here.find("id") == nullptr) {
    here.error("id", "is missing");
    return;
  }
  auto id = here.text("id");
  if (!id)
    return;
  if (!is_id(id->text)) {
    here.error(*id, id->shown +
                      " is not an id: 1 to 63 of a-z, 0-9, _ and -, the first one a "
                      "letter or a digit");
    return;
  }
  if (std::find(reserved_ids.begin(), reserved_ids.end(), id->text) != reserved_ids.end()) {
    here.error(*id, id->shown + " is a reserved word");
    return;
  }
  auto place = here.path() + " on line " + std::to_string(id->at.line);
  auto [earlier, is_new] = taken.emplace(id->text, std::move(place));
  if (!is_new)
    here.error(*id, id->shown + " is already the id of " + earlier->second);
  into.id = std::move(id->text);
}

/// One of the two addresses of a camera, complete with its credentials; they end up in `used`.
std::string read_url(section& here, std::string_view key, const credentials& given,
                     credentials& used) {
  auto value = here.text(key, url_rule);
  if (!value)
    return {};
  auto url = parse_camera_url(value->text);
  if (!url) {
    here.error(*value, std::move(url.error()));
    return {};
  }
  bool has_fields = here.find("username") != nullptr || here.find("password") != nullptr;
  if (url->has_user && has_fields) {
    here.error(*value, "names a user, and so do username and password; write only one of them");
    return {};
  }
  used = url->has_user ? credentials{url->user, url->password} : given;
  return build_camera_url(*url, used.user, used.password);
}

void read_urls(section& here, const credentials& given, camera& into) {
  if (here.find("url") == nullptr)
    here.error("url", "is missing");
  credentials main;
  into.url = read_url(here, "url", given, main);
  into.password = std::move(main.password);
  credentials sub;
  into.sub_url = read_url(here, "sub_url", given, sub);
  into.sub_password = std::move(sub.password);
}

/// `into` comes with the defaults.
void read_camera(section& here, credentials given, id_table& taken, camera& into) {
  read_id(here, taken, into);
  into.label = into.id;
  if (auto label = here.text("label", label_rule))
    into.label = std::move(label->text);
  read_common(here, "cameras[]", into);
  given = read_credentials(here, std::move(given));
  if (given.user.empty() && here.find("password") != nullptr)
    here.error("password", "is given without a username");
  if (given.user.empty())
    given.password.clear();
  read_urls(here, given, into);
}

} // namespace

void read_cameras(load_context& context, const section& top, std::uint32_t cameras_max,
                  std::vector<camera>& into) {
  camera defaults;
  section defaults_section{context, top.find("defaults"), "defaults", "defaults"};
  read_common(defaults_section, "defaults", defaults);
  auto default_credentials = read_credentials(defaults_section, {});

  const auto* list = top.find("cameras");
  if (list == nullptr || list->what == yaml_node::kind::null)
    return;
  if (list->what != yaml_node::kind::sequence) {
    context.error(list->at, "cameras",
                  "expected a list, found " + std::string{to_string(list->what)});
    return;
  }
  auto file_name = std::filesystem::path{context.file}.filename().string();
  id_table taken;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const auto& node = list->items[i];
    auto path = "cameras[" + std::to_string(i) + "]";
    if (i == cameras_max) {
      context.error(node.at, path,
                    "more than " + std::to_string(cameras_max) + " cameras (limits.cameras_max)");
      return;
    }
    if (node.what == yaml_node::kind::null) {
      context.error(node.at, path, "has no value");
      continue;
    }
    section here{context, &node, path, "cameras[]"};
    if (node.what != yaml_node::kind::mapping)
      continue; // Reported by the line before.
    auto x = defaults;
    x.source = source_location{file_name, node.at.line};
    read_camera(here, default_credentials, taken, x);
    into.push_back(std::move(x));
  }
}

} // namespace camwall::config
