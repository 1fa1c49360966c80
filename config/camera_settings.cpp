#include "config/camera_settings.hpp"

#include "config/keys.hpp"
#include "config/text_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace camwall::config {

namespace {

using nlohmann::ordered_json;

constexpr std::string_view camera_prefix = "cameras[].";

/// Long enough for everything that passed its own rule before.
constexpr text_rule any_text{.bytes_max = interpolated_bytes_max};

template <class T>
std::optional<T> to_number(std::string_view text) {
  T value{};
  auto end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end ? std::optional{value} : std::nullopt;
}

ordered_json json_of(const std::string& text, value_kind kind) {
  if (kind == value_kind::truth)
    return text == "true";
  if (kind != value_kind::number && kind != value_kind::duration)
    return text;
  if (auto whole = to_number<std::int64_t>(text))
    return *whole;
  if (auto number = to_number<double>(text))
    return *number;
  return text;
}

/// What stands below `key`, as it is written; null when nothing does.
ordered_json copy_of(section& here, std::string_view key, value_kind kind) {
  if (kind == value_kind::list) {
    const auto* node = here.find(key);
    if (node == nullptr || node->what == yaml_node::kind::null)
      return nullptr;
    auto list = ordered_json::array();
    for (auto& x : here.texts(key, node->items.size(), any_text))
      list.push_back(std::move(x.text));
    return list;
  }
  auto value = here.text(key, any_text);
  return value ? json_of(value->text, kind) : ordered_json(nullptr);
}

/// The login as fields: true when they can say what the address says.
bool is_plain_text(const camera_url& url) {
  return !find_text_flaw(url.user) && !find_text_flaw(url.password);
}

std::string bare(const camera_url& url) {
  return build_camera_url(url, "", "");
}

bool same_login(const camera_url& a, const camera_url& b) {
  return a.has_user == b.has_user && a.user == b.user && a.password == b.password;
}

void put_addresses(ordered_json& out, const camera_addresses& addresses,
                   const written_login& login) {
  const auto& main = addresses.main.value();
  bool split = main.has_user && is_plain_text(main);
  out["url"] =
    split || !main.has_user ? bare(main) : build_camera_url(main, main.user, main.password);
  if (const auto& sub = addresses.sub)
    out["sub_url"] = !sub->has_user || (split && same_login(*sub, main))
                       ? bare(*sub)
                       : build_camera_url(*sub, sub->user, sub->password);
  // In an address, no password is an empty one: that of the defaults does not hold.
  auto fields = split ? written_login{main.user, main.password} : login;
  if (fields.user)
    out["username"] = *fields.user;
  if (fields.password)
    out["password"] = *fields.password;
}

bool is_copied(std::string_view key) {
  constexpr std::array<std::string_view, 12> apart{"id",      "label",    "group",    "url",
                                                   "sub_url", "template", "host",     "port",
                                                   "channel", "channels", "username", "password"};
  return std::find(apart.begin(), apart.end(), key) == apart.end();
}

} // namespace

std::string settings_of(section& here, const camera& x, const camera_addresses& addresses,
                        const written_login& login) {
  constexpr std::string_view picture_prefix = "picture.";
  ordered_json out;
  out["id"] = x.id;
  if (here.find("label") != nullptr)
    out["label"] = x.label;
  if (auto group = copy_of(here, "group", value_kind::text); !group.is_null())
    out["group"] = std::move(group);
  put_addresses(out, addresses, login);
  auto picture = here.below("picture", "cameras[].picture");
  ordered_json picture_out;
  for (const auto& known : known_keys()) {
    if (!known.path.starts_with(camera_prefix))
      continue;
    auto key = known.path.substr(camera_prefix.size());
    bool in_picture = key.starts_with(picture_prefix);
    if (in_picture)
      key.remove_prefix(picture_prefix.size());
    if (!in_picture && !is_copied(key))
      continue;
    if (auto value = copy_of(in_picture ? picture : here, key, known.kind); !value.is_null())
      (in_picture ? picture_out : out)[std::string{key}] = std::move(value);
  }
  if (!picture_out.empty())
    out["picture"] = std::move(picture_out);
  return out.dump();
}

} // namespace camwall::config
