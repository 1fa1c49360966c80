#include "config/camera_document.hpp"

#include "config/document_json.hpp"
#include "config/sections.hpp"
#include "config/text_file.hpp"
#include "config/url.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace camwall::config {

namespace {

using nlohmann::ordered_json;
using fault = change_refusal::fault;
using faults = std::vector<fault>;

constexpr std::string_view mask = "***";
constexpr std::array<std::string_view, 2> login_keys{"username", "password"};

ordered_json settings_of(const camera* x) {
  return x == nullptr || x->settings.empty() ? ordered_json::object()
                                             : ordered_json::parse(x->settings);
}

std::optional<std::string> text_at(const ordered_json& from, std::string_view key) {
  auto found = from.find(std::string{key});
  if (found == from.end() || !found->is_string())
    return std::nullopt;
  return found->get<std::string>();
}

/// One change of one camera, on the way from what a client sent to settings that hold no mask.
class login_keeper {
public:
  login_keeper(ordered_json& body, const camera* before)
    : body_(body),
      known_(settings_of(before)),
      is_new_(before == nullptr),
      given_fields_(has_login_fields(body)) {
    // nop
  }

  /// Moves logins from addresses to fields, and puts known ones in the place of masks.
  faults run() {
    split("url");
    split("sub_url");
    for (auto key : login_keys)
      unmask(key);
    return std::move(faults_);
  }

  /// A password of the camera's own is used again though the client did not name it.
  bool keeps_password() const {
    auto before = text_at(known_, "password");
    return !names_password_ && before && !before->empty();
  }

private:
  static bool has_login_fields(const ordered_json& x) {
    return std::any_of(login_keys.begin(), login_keys.end(),
                       [&](auto key) { return x.contains(std::string{key}); });
  }

  void fail(std::string_view key, std::string what) {
    faults_.push_back({"/" + std::string{key}, std::move(what)});
  }

  void split(std::string_view key) {
    auto text = text_at(body_, key);
    auto url = text ? parse_camera_url(*text) : tl::unexpected(std::string{});
    if (!url || !url->has_user)
      return; // Nothing to do, or the reader tells what is wrong.
    auto bare = build_camera_url(*url, "", "");
    if (url->user == mask && (url->password.empty() || url->password == mask))
      return keep_login(key, std::move(bare));
    if (given_fields_)
      return; // Two logins: the reader tells.
    if (find_text_flaw(url->user) || find_text_flaw(url->password))
      return fail(key, "its login holds what is no text");
    auto user = text_at(body_, "username");
    auto password = text_at(body_, "password");
    if (user && (user != url->user || password != url->password))
      return fail(key,
                  "names another login than url; here both addresses of a camera have one login");
    body_[std::string{key}] = std::move(bare);
    body_["username"] = url->user;
    body_["password"] = url->password; // None is an empty one: that of the defaults does not hold.
  }

  /// The address came back as it was shown.
  void keep_login(std::string_view key, std::string bare) {
    if (is_new_)
      return fail(key, "*** stands for a login that is known already; a new camera has none");
    auto known = text_at(known_, key);
    auto before = known ? parse_camera_url(*known) : tl::unexpected(std::string{});
    auto shown = parse_camera_url(bare);
    if (before && before->has_user && shown && shown->host == before->host)
      bare = build_camera_url(*shown, before->user, before->password);
    body_[std::string{key}] = std::move(bare);
    for (auto field : login_keys)
      if (!body_.contains(std::string{field}))
        body_[std::string{field}] = mask;
  }

  void unmask(std::string_view key) {
    std::string name{key};
    auto given = text_at(body_, key);
    if (given != mask) {
      names_password_ = names_password_ || (key == "password" && body_.contains(name));
      return;
    }
    if (is_new_)
      return fail(key, "*** stands for what is known already; a new camera has nothing yet");
    if (auto known = text_at(known_, key))
      body_[name] = *known;
    else
      body_.erase(name); // It came from the defaults, and does so still.
  }

  ordered_json& body_;
  ordered_json known_;
  bool is_new_;
  bool given_fields_; ///< By the client, beside the addresses.
  bool names_password_ = false;
  faults faults_;
};

/// What answers hold and settings do not.
void drop_facts(ordered_json& body) {
  body.erase("source");
  body.erase("read_only");
}

std::string host_of(const std::string& url) {
  auto parsed = parse_camera_url(url);
  return parsed ? parsed->host : std::string{};
}

/// A known password must not be sent to a machine that its owner did not name together with it.
faults find_new_hosts(const camera& x, const camera& before) {
  std::array known{host_of(before.url), host_of(before.sub_url)};
  faults out;
  for (const auto& [where, url] : {std::pair{"/url", x.url}, std::pair{"/sub_url", x.sub_url}})
    if (auto host = host_of(url);
        !host.empty() && std::find(known.begin(), known.end(), host) == known.end())
      out.push_back({where,
                     "names another host than before, and the known password would be sent there: "
                     "give username and password again"});
  return out;
}

void check_id(ordered_json& body, const camera& before, faults& into) {
  auto id = text_at(body, "id");
  if (!body.contains("id"))
    body["id"] = before.id;
  else if (id && *id != before.id)
    into.push_back({"/id", "cannot be changed; make a new camera and remove this one"});
}

std::string source_name_of(const wall& main, std::string_view id) {
  auto folder = main.files.empty() ? std::filesystem::path{} : main.files.front().parent_path();
  return name_below(folder, main.cameras_dir / api_file_name(id));
}

/// Settings without masks become a camera.
camera_result read_settings(const ordered_json& settings, const wall& main) {
  auto found = check_types(settings);
  if (settings.contains("channels"))
    found.push_back({"/channels", "makes several cameras; here write channel, for one"});
  numbered_tree tree{settings};
  std::vector<camera> cameras;
  camera_list list{cameras, 1};
  load_context context{{}, {}, {}, {}, {}, {}, {}, true};
  read_camera(context, tree.root(), {}, main.defaults, list);
  tree.append(context.errors, found);
  if (!found.empty())
    return tl::unexpected(std::move(found));
  auto x = std::move(cameras.at(0));
  x.source = {source_name_of(main, x.id), camera_file_line};
  x.api_owned = true;
  return x;
}

camera_result finish(ordered_json settings, const wall& main, const camera* before, faults found,
                     bool keeps_password) {
  if (before != nullptr)
    check_id(settings, *before, found);
  if (!found.empty())
    return tl::unexpected(std::move(found));
  auto x = read_settings(settings, main);
  if (!x || before == nullptr || !keeps_password)
    return x;
  // Only where it is really sent: with an empty password there is nothing to guard.
  found = x->password.empty() && x->sub_password.empty() ? faults{} : find_new_hosts(*x, *before);
  if (!found.empty())
    return tl::unexpected(std::move(found));
  return x;
}

} // namespace

camera_result camera_from_json(std::string_view body, const wall& main, const camera* before) {
  auto settings = parse_object(body);
  if (!settings)
    return tl::unexpected(faults{std::move(settings.error())});
  drop_facts(*settings);
  login_keeper login{*settings, before};
  auto found = login.run();
  return finish(std::move(*settings), main, before, std::move(found), login.keeps_password());
}

camera_result camera_from_patch(std::string_view patch, const wall& main, const camera& before) {
  auto changes = parse_object(patch);
  if (!changes)
    return tl::unexpected(faults{std::move(changes.error())});
  drop_facts(*changes);
  login_keeper login{*changes, &before};
  auto found = login.run();
  auto settings = settings_of(&before);
  if (changes->contains("template") && !changes->contains("url")) {
    settings.erase("url");
    settings.erase("sub_url");
  }
  settings.merge_patch(*changes);
  return finish(std::move(settings), main, &before, std::move(found), login.keeps_password());
}

} // namespace camwall::config
