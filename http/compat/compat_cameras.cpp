#include "http/compat/compat_cameras.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace camwall::http {

namespace {

using nlohmann::json;

constexpr std::size_t id_bytes_max = 40;
constexpr int same_ids_max = 1000;
constexpr std::string_view hidden_login = "***@";

int status_of(change_refusal::kind x) noexcept {
  switch (x) {
    case change_refusal::kind::invalid:
    case change_refusal::kind::unreachable:
      return 400;
    case change_refusal::kind::not_found:
      return 404;
    case change_refusal::kind::exists:
    case change_refusal::kind::stale:
      return 409;
    case change_refusal::kind::read_only:
      return 403;
    case change_refusal::kind::limit:
      return 507;
    case change_refusal::kind::unavailable:
      return 503;
  }
  return 500;
}

response refused(const change_refusal& why) {
  auto of_address = why.what == change_refusal::kind::unreachable ||
                    (why.what == change_refusal::kind::invalid &&
                     std::any_of(why.faults.begin(), why.faults.end(), [](const auto& x) {
                       return x.where == "/url" || x.where == "/username" || x.where == "/password";
                     }));
  if (of_address)
    return json_error(400, bad_stream);
  auto text = why.detail;
  for (const auto& x : why.faults)
    text.append("; ").append(x.where).append(": ").append(x.what);
  return json_error(status_of(why.what), text);
}

/// The user information of an address, with its `@`; empty without one.
std::string_view login_of(std::string_view url) noexcept {
  auto begin = url.find("://");
  if (begin == std::string_view::npos)
    return {};
  auto authority = url.substr(begin + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  auto at = authority.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : authority.substr(0, at + 1);
}

std::string text_at(const json& from, const char* key) {
  auto found = from.find(key);
  return found != from.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

/// The address of a configured camera as clients are shown it.
std::string shown_address(const json& camera) {
  auto url = text_at(camera, "url");
  auto host = url.find("://");
  if (!text_at(camera, "username").empty() && host != std::string::npos && login_of(url).empty())
    url.insert(host + 3, hidden_login);
  return url;
}

std::string slug(std::string_view label) {
  std::string out;
  for (char c : label) {
    auto lower = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    auto plain = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    if (plain)
      out.push_back(lower);
    else if (!out.empty() && out.back() != '-')
      out.push_back('-');
    if (out.size() >= id_bytes_max)
      break;
  }
  while (!out.empty() && out.back() == '-')
    out.pop_back();
  return out.empty() || out == "all" || out == "none" ? "camera" : out;
}

/// What the API is told; a login stays in the address, where the configuration takes it apart.
json body_of(const camera_wish& what) {
  json out = json::object();
  if (what.label)
    out["label"] = *what.label;
  if (what.group)
    out["group"] = *what.group;
  if (!what.url)
    return out;
  out["url"] = *what.url;
  if (login_of(*what.url).empty())
    out["username"] = ""; // None, whatever the defaults say.
  return out;
}

std::string dump(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

std::optional<compat_camera> compat_cameras::shown(const camera_snapshot& camera) const {
  const auto* names = context_.compat.ids->find(camera.id);
  if (names == nullptr)
    return std::nullopt;
  return compat_camera{.id = camera.id,
                       .label = camera.label,
                       .group = camera.group,
                       .url = url_of(camera.id),
                       .phase = camera.phase,
                       .grid_stream = camera.grid_stream,
                       .names = *names};
}

std::string compat_cameras::url_of(std::string_view camera) const {
  if (context_.services.catalogue != nullptr) {
    auto configured = context_.services.catalogue->cameras();
    if (const auto* found = configured->find(camera); found != nullptr)
      if (auto tree = json::parse(found->json, nullptr, false); tree.is_object())
        return shown_address(tree);
  }
  return context_.compat.shown_url(camera);
}

std::vector<compat_camera> compat_cameras::all() const {
  std::vector<compat_camera> out;
  auto wall = context_.services.wall->load();
  for (const auto& x : wall->cameras)
    if (auto camera = shown(x))
      out.push_back(std::move(*camera));
  return out;
}

std::optional<compat_camera> compat_cameras::find(std::string_view camera) const {
  auto wall = context_.services.wall->load();
  const auto* found = camera.empty() ? nullptr : wall->find(camera);
  return found == nullptr ? std::nullopt : shown(*found);
}

std::optional<compat_camera> compat_cameras::by_number(std::string_view text) const {
  auto number = parse_stream_number(text);
  return number && *number <= std::numeric_limits<std::uint32_t>::max()
           ? find(context_.compat.ids->camera_of(static_cast<std::uint32_t>(*number)))
           : std::nullopt;
}

std::optional<compat_camera> compat_cameras::by_uuid(std::string_view text) const {
  return find(context_.compat.ids->camera_of(text));
}

std::optional<compat_camera> compat_cameras::by_url(std::string_view url) const {
  auto found = context_.compat.find_stream(url);
  return found ? find(found->camera) : std::nullopt;
}

/// Made of the label. That nobody takes it meanwhile is the catalogue's to see.
std::string compat_cameras::new_id(std::string_view label) const {
  auto stem = slug(label);
  auto wall = context_.services.wall->load();
  auto configured = context_.services.catalogue->cameras();
  auto taken = [&](const std::string& x) {
    return wall->find(x) != nullptr || configured->find(x) != nullptr;
  };
  auto out = stem;
  for (int i = 2; i < same_ids_max && taken(out); ++i)
    out = stem + "-" + std::to_string(i);
  return out;
}

response compat_cameras::create(const camera_wish& what, shape how) const {
  if (!what.url || what.url->empty() || what.url->size() > compat_limits::url_bytes_max)
    return json_error(400, bad_stream);
  if (auto known = by_url(*what.url))
    return how(*known);
  if (!may(action::configure))
    return role_refusal();
  if (context_.services.catalogue == nullptr)
    return json_error(501, "this server cannot change its configuration");
  auto body = body_of(what);
  auto id = new_id(what.label.value_or(""));
  body["id"] = id;
  return apply({.what = camera_change::kind::create,
                .id = {},
                .body = dump(body),
                .if_match = std::nullopt,
                .probe = true,
                .who = std::string{to_string(context_.options.profile)}},
               {.id = id}, std::move(how));
}

response compat_cameras::change(const compat_camera& camera, const camera_wish& what,
                                shape how) const {
  auto differs = what;
  if (differs.url == camera.url)
    differs.url.reset(); // Sent back as it was shown.
  if (differs.label == camera.label)
    differs.label.reset();
  if (differs.group == camera.group)
    differs.group.reset();
  auto body = body_of(differs);
  if (body.contains("username"))
    body["password"] = nullptr;
  if (!may(action::configure))
    return role_refusal();
  if (body.empty())
    return how(camera);
  if (context_.services.catalogue == nullptr)
    return json_error(501, "this server cannot change its configuration");
  return apply({.what = camera_change::kind::patch,
                .id = camera.id,
                .body = dump(body),
                .if_match = std::nullopt,
                .probe = differs.url.has_value(),
                .who = std::string{to_string(context_.options.profile)}},
               camera, std::move(how));
}

response compat_cameras::remove(const compat_camera& camera, shape how) const {
  if (!may(action::configure))
    return role_refusal();
  if (context_.services.catalogue == nullptr)
    return json_error(501, "this server cannot change its configuration");
  return apply({.what = camera_change::kind::remove,
                .id = camera.id,
                .body = {},
                .if_match = std::nullopt,
                .probe = false,
                .who = std::string{to_string(context_.options.profile)}},
               camera, std::move(how));
}

response compat_cameras::apply(camera_change change, compat_camera known, shape how) const {
  response out;
  out.later = [catalogue = context_.services.catalogue, ids = context_.compat.ids,
               change = std::move(change), known = std::move(known),
               how = std::move(how)](const answer_later& answer) {
    auto removes = change.what == camera_change::kind::remove;
    catalogue->apply(
      change, [ids, known, how, answer, removes](const camera_catalogue::change_result& x) {
        if (!x)
          return answer(refused(x.error()));
        auto camera = known;
        if (auto tree = json::parse(x->json, nullptr, false); tree.is_object() && !removes) {
          camera.id = x->id;
          camera.label = text_at(tree, "label");
          camera.group = text_at(tree, "group");
          camera.url = shown_address(tree);
        }
        const auto* names = ids->find(camera.id); // Given when the change came into force.
        if (names == nullptr && !removes)
          return answer(json_error(503, "the camera is there, and has no id for clients"));
        if (names != nullptr)
          camera.names = *names;
        answer(how(camera));
      });
  };
  return out;
}

response role_refusal() {
  return json_error(403,
                    "the clients of this listener may not change cameras; role below compat in "
                    "the configuration decides");
}

std::optional<std::vector<std::optional<std::string>>> read_texts(
  std::string_view body, std::initializer_list<const char*> names) {
  auto shallow = [](int depth, json::parse_event_t, json&) { return depth <= 2; };
  auto tree = json::parse(body, shallow, false);
  if (!tree.is_object())
    return std::nullopt;
  std::vector<std::optional<std::string>> out;
  for (const auto* name : names) {
    auto found = tree.find(name);
    if (found == tree.end() || found->is_null())
      out.emplace_back();
    else if (found->is_string())
      out.emplace_back(found->get<std::string>());
    else
      return std::nullopt;
  }
  return out;
}

} // namespace camwall::http
