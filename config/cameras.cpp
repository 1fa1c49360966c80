#include "config/camera_address.hpp"
#include "config/camera_settings.hpp"
#include "config/sections.hpp"
#include "config/templates.hpp"

#include <algorithm>
#include <array>

namespace camwall::config {

namespace {

constexpr text_rule user_rule{.bytes_max = 256, .secret = true};
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

void read_credentials(section& here, written_login& into) {
  if (auto user = here.text("username", user_rule))
    into.user = std::move(user->text);
  if (auto password = here.text("password", user_rule))
    into.password = std::move(password->text);
}

/// `x` was read from `here`; `id` is its text with the channel filled in.
void take_id(load_context& context, section& here, const text_value& text, std::string id,
             camera_list& list, camera& x) {
  if (!is_camera_id(id)) {
    here.error(text, text.shown +
                       " is not an id: 1 to 63 of a-z, 0-9, _ and -, the first one a "
                       "letter or a digit");
    return;
  }
  if (std::find(reserved_ids.begin(), reserved_ids.end(), id) != reserved_ids.end()) {
    here.error(text, text.shown + " is a reserved word");
    return;
  }
  auto [earlier, is_new] =
    list.taken.try_emplace(id, taken_id{context.file, text.at.line, here.path()});
  if (!is_new) {
    const auto& [file, line, path] = earlier->second;
    auto where = file == context.file ? path + " on line " + std::to_string(line)
                                      : "the camera in " + file + ":" + std::to_string(line);
    here.error(text, quote(id) + " is already the id of " + where);
  }
  x.id = std::move(id);
}

void set_addresses(camera& x, const camera_addresses& from, const credentials& given) {
  auto complete = [&](const camera_url& url, std::string& into, std::string& password) {
    const auto& login = url.has_user ? credentials{url.user, url.password} : given;
    into = build_camera_url(url, login.user, login.password);
    password = login.password;
  };
  if (from.main)
    complete(*from.main, x.url, x.password);
  if (from.sub)
    complete(*from.sub, x.sub_url, x.sub_password);
}

/// Reports it, too.
bool is_full(load_context& context, const yaml_node& node, const std::string& path,
             const camera_list& list) {
  if (list.cameras.size() < list.cameras_max)
    return false;
  context.error(node.at, path,
                "more than " + std::to_string(list.cameras_max) + " cameras (limits.cameras_max)");
  return true;
}

/// Who logs in, as the camera says it, and with the defaults.
credentials read_login(section& here, const camera_defaults& defaults, written_login& written) {
  credentials out{defaults.username, defaults.password};
  read_credentials(here, written);
  out.user = written.user.value_or(std::move(out.user));
  out.password = written.password.value_or(std::move(out.password));
  if (out.user.empty() && written.password && !written.password->empty()) // Forms send both empty.
    here.error("password", "is given without a username");
  if (out.user.empty())
    out.password.clear();
  return out;
}

} // namespace

bool is_camera_id(std::string_view text) {
  constexpr std::string_view begin = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr std::string_view inner = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  constexpr std::size_t id_bytes_max = 63;
  return !text.empty() && text.size() <= id_bytes_max &&
         begin.find(text.front()) != std::string_view::npos &&
         text.find_first_not_of(inner) == std::string_view::npos;
}

void read_defaults(load_context& context, const section& top, camera_defaults& into) {
  section here{context, top.find("defaults"), "defaults", "defaults"};
  read_common(here, "defaults", into.values);
  written_login login;
  read_credentials(here, login);
  into.username = login.user.value_or("");
  into.password = login.password.value_or("");
}

void read_camera(load_context& context, const yaml_node& node, const std::string& path,
                 const camera_defaults& defaults, camera_list& into) {
  if (is_full(context, node, path, into))
    return;
  section here{context, &node, path, "cameras[]"};
  if (node.what != yaml_node::kind::mapping)
    return; // Reported by the line before.
  auto errors_before = context.errors.size();
  auto base = defaults.values;
  base.source = source_location{context.source_name, node.at.line};
  auto id = here.text("id");
  if (here.find("id") == nullptr)
    here.error("id", "is missing");
  auto label = here.text("label", label_rule);
  read_common(here, "cameras[]", base);
  written_login written;
  auto login = read_login(here, defaults, written);
  auto all = read_addresses(here);
  if (all.size() > 1 && id && id->text.find("{channel") == std::string::npos)
    here.error(*id, "holds no {channel}, so that all channels would have the same id");
  for (const auto& addresses : all) {
    if (is_full(context, node, path, into))
      return;
    auto fill = [&](const std::string& text) {
      return addresses.channel ? with_channel(text, *addresses.channel) : text;
    };
    auto x = base;
    if (id)
      take_id(context, here, *id, fill(id->text), into, x);
    x.label = label ? fill(label->text) : x.id;
    set_addresses(x, addresses, login);
    if (context.errors.size() == errors_before)
      x.settings = settings_of(here, x, addresses, written);
    into.cameras.push_back(std::move(x));
    if (context.errors.size() != errors_before)
      return; // The other channels would say the same again.
  }
}

void read_cameras(load_context& context, const section& top, const camera_defaults& defaults,
                  camera_list& into) {
  const auto* list = top.find("cameras");
  if (list == nullptr || list->what == yaml_node::kind::null)
    return;
  if (list->what != yaml_node::kind::sequence) {
    context.error(list->at, "cameras",
                  "expected a list, found " + std::string{to_string(list->what)});
    return;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const auto& node = list->items[i];
    auto path = "cameras[" + std::to_string(i) + "]";
    if (node.what == yaml_node::kind::null) {
      context.error(node.at, path, "has no value");
      continue;
    }
    auto was_full = into.cameras.size() == into.cameras_max;
    read_camera(context, node, path, defaults, into);
    if (was_full)
      return;
  }
}

} // namespace camwall::config
