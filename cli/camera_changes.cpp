#include "cli/camera_changes.hpp"

#include "config/url.hpp"

#include <algorithm>
#include <utility>

namespace camwall::cli {

namespace {

using kind = change_refusal::kind;

const config::camera* find(const config::wall& x, std::string_view id) {
  auto found =
    std::find_if(x.cameras.begin(), x.cameras.end(), [&](const auto& y) { return y.id == id; });
  return found == x.cameras.end() ? nullptr : &*found;
}

tl::unexpected<change_refusal> invalid(std::vector<change_refusal::fault> faults) {
  return tl::unexpected(
    change_refusal{.what = kind::invalid,
                   .code = "camera_invalid",
                   .detail = "The settings of the camera are wrong; nothing has changed.",
                   .faults = std::move(faults)});
}

/// Only what changes the road to the pictures has to be looked at.
std::optional<probe_request> probe_of(const config::camera& now, const config::camera* before) {
  auto same_road =
    before != nullptr && before->url == now.url && before->transport == now.transport;
  if (!now.enabled || (same_road && before->enabled))
    return std::nullopt;
  return probe_request{.url = now.url,
                       .transport = now.transport == config::transport::udp ? "udp" : "tcp"};
}

using plan_result = tl::expected<planned_change, change_refusal>;

plan_result plan_create(const camera_change& change, const config::wall& in_force) {
  auto made = config::camera_from_json(change.body, in_force);
  if (!made)
    return invalid(std::move(made.error()));
  if (const auto* other = find(in_force, made->id); other != nullptr)
    return refuse(kind::exists, "camera_exists",
                  "There is already a camera " + made->id + ", configured in " +
                    other->source.file + ':' + std::to_string(other->source.line) + '.');
  if (in_force.cameras.size() >= in_force.limits.cameras_max)
    return refuse(kind::limit, "cameras_max",
                  "limits.cameras_max (" + std::to_string(in_force.limits.cameras_max) +
                    ") cameras are configured already; raise the limit or remove one.");
  return planned_change{
    .id = made->id, .text = config::camera_file_text(*made), .probe = probe_of(*made, nullptr)};
}

plan_result plan_edit(const camera_change& change, const config::wall& in_force,
                      const config::camera& before) {
  auto made = change.what == camera_change::kind::patch
                ? config::camera_from_patch(change.body, in_force, before)
                : config::camera_from_json(change.body, in_force, &before);
  if (!made)
    return invalid(std::move(made.error()));
  return planned_change{.id = before.id,
                        .text = config::camera_file_text(*made),
                        .earlier = config::camera_file_text(before),
                        .probe = probe_of(*made, &before)};
}

} // namespace

tl::unexpected<change_refusal> refuse(kind what, std::string code, std::string detail) {
  return tl::unexpected(
    change_refusal{.what = what, .code = std::move(code), .detail = std::move(detail)});
}

plan_result plan_change(const camera_change& change, const config::wall& in_force,
                        const config::etag_key& key) {
  auto planned = [&]() -> plan_result {
    if (change.what == camera_change::kind::create)
      return plan_create(change, in_force);
    const auto* before = find(in_force, change.id);
    if (before == nullptr)
      return tl::unexpected(no_such_camera());
    auto described = config::describe(*before, key);
    if (change.if_match && *change.if_match != described.etag)
      return refuse(kind::stale, "camera_changed",
                    "The camera was changed meanwhile; read it again and repeat the change.");
    if (!before->api_owned)
      return refuse(kind::read_only, "camera_read_only",
                    "The camera is configured in " + described.source +
                      "; change it there. Only cameras that were made through the API can be "
                      "changed here.");
    auto out = change.what == camera_change::kind::remove
                 ? plan_result{planned_change{.id = before->id,
                                              .earlier = config::camera_file_text(*before)}}
                 : plan_edit(change, in_force, *before);
    if (out)
      out->before = std::move(described);
    return out;
  }();
  if (planned && !change.probe)
    planned->probe.reset();
  return planned;
}

tl::expected<std::string, change_refusal> add_known_login(const config::wall& in_force,
                                                          std::string_view id, std::string_view url,
                                                          std::string_view username) {
  const auto* camera = find(in_force, id);
  if (camera == nullptr)
    return tl::unexpected(no_such_camera());
  auto wrong = [](const std::string& why) {
    return tl::unexpected(change_refusal{.what = kind::invalid,
                                         .code = "invalid_probe",
                                         .detail = "url " + why + '.',
                                         .faults = {{"/url", "url " + why + '.'}}});
  };
  auto wanted = config::parse_camera_url(url);
  if (!wanted)
    return wrong(wanted.error());
  for (const auto& address : {camera->url, camera->sub_url}) {
    auto known = config::parse_camera_url(address);
    // The port, too: what listens at another one may be somebody else's.
    if (known && known->host == wanted->host && known->port == wanted->port)
      return config::build_camera_url(*wanted, username.empty() ? known->user : username,
                                      known->password);
  }
  return wrong(
    "names another host or port than the camera's addresses, and the known password "
    "would be sent there: give username and password");
}

change_refusal refusal_of(const probe_report& x) {
  return {.what = kind::unreachable,
          .code = "probe_" + std::string{to_string(x.reason)},
          .detail = "The camera gives no picture: " +
                    (x.detail.empty() ? std::string{to_string(x.reason)} : x.detail) +
                    ". Nothing has changed; with probe=false it is taken as it is."};
}

} // namespace camwall::cli
