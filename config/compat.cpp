#include "config/sections.hpp"
#include "config/url.hpp"
#include "core/address_rule.hpp"

#include <algorithm>
#include <set>

namespace camwall::config {

namespace {

constexpr std::size_t listeners_max = 8;
constexpr std::size_t ranges_max = 64;
constexpr std::size_t grid_max = 64;
constexpr std::size_t permitted_max = 64; // As many as a worker takes.

/// Where somebody listens already, and what it is called in messages.
struct taken_endpoint {
  std::string address;
  std::uint16_t port = 0;
  std::string name;
};

bool is_wildcard(std::string_view address) {
  return address == "0.0.0.0" || address == "::";
}

/// Port 0 is another one each time.
bool collide(const taken_endpoint& a, const endpoint& b) {
  return a.port == b.port && b.port != 0 &&
         (a.address == b.address || is_wildcard(a.address) || is_wildcard(b.address));
}

section::choices<compat_role> roles() {
  return {{"viewer", compat_role::viewer},
          {"operator", compat_role::operator_},
          {"admin", compat_role::administrator}};
}

void read_profile(section& here, compat_listener& into) {
  if (here.find("profile") == nullptr)
    here.error("profile", "is missing");
  here.read("profile", into.profile,
            section::choices<compat_profile>{{"django_jpeg", compat_profile::django_jpeg},
                                             {"jsmpeg", compat_profile::jsmpeg},
                                             {"fastapi_jpeg", compat_profile::fastapi_jpeg},
                                             {"grid", compat_profile::grid},
                                             {"opencv", compat_profile::opencv}});
}

void read_allow(section& here, access_mode access, compat_listener& into) {
  for (const auto& text : here.texts("allow", ranges_max)) {
    auto range = parse_ip_range(text.text);
    if (!range)
      here.error(text,
                 text.shown +
                   " is not an address or range such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32"
                   " (no bits beyond the prefix)");
    else if (range->is_everybody() && access != access_mode::open)
      here.error(text, text.shown + " is everybody; if that is meant, write server.access: open");
    else
      into.allow.push_back(*range);
  }
}

void read_listen(section& here, const wall& all, std::vector<taken_endpoint>& taken,
                 compat_listener& into) {
  if (here.find("listen") == nullptr) {
    here.error("listen", "is missing");
    return;
  }
  auto listen = here.text("listen");
  if (!listen)
    return;
  auto parsed = parse_listen(listen->text);
  if (!parsed) {
    here.error(*listen,
               listen->shown +
                 " is not an address and port such as 127.0.0.1:8000, [::1]:8000 or :8000 (all "
                 "addresses)");
    return;
  }
  into.address = parsed->address;
  into.port = parsed->port;
  auto other =
    std::find_if(taken.begin(), taken.end(), [&](const auto& x) { return collide(x, *parsed); });
  if (other != taken.end())
    here.error(*listen, listen->shown + " is already taken by " + other->name);
  taken.push_back({into.address, into.port, here.path() + ".listen"});
  if (!is_loopback(into.address) && all.server.access != access_mode::open &&
      here.find("allow") == nullptr)
    here.error(*listen, listen->shown +
                          " is not a loopback address: say in allow who may connect, or write "
                          "server.access: open if everybody may");
}

void read_grid(section& here, const wall& all, compat_listener& into) {
  if (here.find("grid") != nullptr && into.profile != compat_profile::grid) {
    here.error("grid", "is only for profile grid");
    return;
  }
  for (auto& id : here.texts("grid", grid_max)) {
    auto known = std::any_of(all.cameras.begin(), all.cameras.end(),
                             [&](const auto& camera) { return camera.id == id.text; });
    if (known)
      into.grid.push_back(std::move(id.text));
    else
      here.error(id, id.shown + " is not the id of a camera");
  }
}

void read_listener(section& here, const wall& all, std::vector<taken_endpoint>& taken,
                   compat_listener& into) {
  read_profile(here, into);
  here.read("role", into.role, roles());
  read_allow(here, all.server.access, into);
  read_listen(here, all, taken, into);
  read_grid(here, all, into);
}

} // namespace

void read_adhoc(load_context& context, const section& top, adhoc& into) {
  section here{context, top.find("adhoc"), "adhoc", "adhoc"};
  here.read("enabled", into.enabled);
  auto before = context.errors.size();
  for (auto& text : here.texts("allow", permitted_max)) {
    if (auto peers = parse_permitted_peers(text.text); !peers)
      here.error(text, text.shown + " " + peers.error());
    else
      into.allow.push_back(std::move(text.text));
  }
  if (into.enabled && into.allow.empty() && context.errors.size() == before)
    here.error("enabled",
               "is true, but adhoc.allow names no address, such as rtsp://10.0.0.0/8:554");
  here.read("cameras_max", into.cameras_max, 1, 64);
  here.read("role", into.role, roles());
}

void read_compat(const section& top, wall& into) {
  std::vector<taken_endpoint> taken{{into.server.address, into.server.port, "server.listen"}};
  top.each("compat", "compat[]", listeners_max, [&](section& here) {
    compat_listener x;
    read_listener(here, into, taken, x);
    into.compat.push_back(std::move(x));
  });
}

} // namespace camwall::config
