// Views of the page: those of the configuration, and those that people saved.

#include "http/api/api_answer.hpp"
#include "http/api/api_routes.hpp"
#include "http/api/json_body.hpp"
#include "http/api/view_store.hpp"
#include "http/problem.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace camwall::http {

namespace {

response view_not_found() {
  return problem(404, "view_not_found", "There is no view with this name.");
}

/// Who may keep something: somebody with a name of his own, or the administrator of this machine.
bool may_save(const principal& who) {
  return permits(who, action::keep_view) && (!who.name.empty() || who.role >= role::administrator);
}

bool may_share(const principal& who) {
  return may_save(who) && who.role >= role::operator_ && !who.scope;
}

/// Takes out what `who` may not know of: names of cameras and groups are facts about them.
void hide(wall_view& x, const principal& who, const wall_snapshot& wall) {
  if (!who.scope)
    return;
  auto is_hidden = [&](const std::string& id) { return !knows(who, id, &wall); };
  std::erase_if(x.cameras, is_hidden);
  std::erase_if(x.order, is_hidden);
  std::erase_if(x.spans, [&](const auto& span) { return is_hidden(span.first); });
  std::set<std::string> groups;
  for (const auto& camera : wall.cameras)
    if (knows(who, camera))
      groups.insert(camera.group);
  std::erase_if(x.groups, [&](const auto& group) { return !groups.contains(group); });
}

class view_handlers {
public:
  explicit view_handlers(const wall_services& services) : services_(&services) {
    // nop
  }

  response list(const request& x) const {
    if (store() == nullptr)
      return no_store();
    return json_response(text_of(views_for(x.who), may_save(x.who), may_share(x.who)));
  }

  response show(const request& x, const path_parameters& parameters) const {
    if (store() == nullptr)
      return no_store();
    for (const auto& view : views_for(x.who))
      if (view.view.name == parameters.get(":name"))
        return json_response(text_of(view));
    return view_not_found();
  }

  response put(const request& x, const path_parameters& parameters) const {
    if (store() == nullptr)
      return no_store();
    if (!may_save(x.who))
      return nobody();
    auto name = std::string{parameters.get(":name")};
    if (!is_view_name(name))
      return problem(422, "view_invalid", "The name of a view is a-z, 0-9, _ and -, at most 63.");
    if (auto why = refuse_body(x))
      return std::move(*why);
    auto wanted = read_view(x.body);
    if (!wanted)
      return problem(422, "view_invalid", "The view cannot be kept as it is.", wanted.error());
    wanted->view.name = name;
    wanted->owner = x.who.name;
    response out;
    out.later = [to = store(), wanted = std::move(*wanted),
                 share = may_share(x.who)](answer_later done) {
      shown_view shown{wanted.view, wanted.shared, false};
      to->put(
        wanted, share,
        [shown = std::move(shown), done = std::move(done)](view_store::outcome what) {
          if (what == view_store::outcome::done || what == view_store::outcome::replaced)
            done(json_response(text_of(shown), what == view_store::outcome::done ? 201 : 200));
          else
            done(refusal(what));
        });
    };
    return out;
  }

  response remove(const request& x, const path_parameters& parameters) const {
    if (store() == nullptr)
      return no_store();
    if (!may_save(x.who))
      return nobody();
    response out;
    out.later = [to = store(), owner = x.who.name, name = std::string{parameters.get(":name")},
                 share = may_share(x.who)](answer_later done) {
      to->remove(owner, name, share, [done = std::move(done)](view_store::outcome what) {
        if (what != view_store::outcome::done)
          return done(refusal(what));
        response gone;
        gone.status = 204;
        done(std::move(gone));
      });
    };
    return out;
  }

private:
  view_store* store() const noexcept {
    return services_->views;
  }

  static response no_store() {
    return not_available("views");
  }

  static response nobody() {
    return problem(403, "not_allowed", "Log in to keep views: they belong to a user.");
  }

  std::vector<shown_view> views_for(const principal& who) const {
    auto wall = services_->wall->load();
    // Nobody's views are those of the administrator of this machine, who has no name either.
    auto owner = may_save(who) ? std::optional<std::string_view>{who.name} : std::nullopt;
    auto out = store()->views_of(owner, may_share(who));
    if (!permits(who, action::view_configuration))
      for (auto& x : out)
        x.view.source.clear();
    // A view that is emptied would be one of every camera.
    std::erase_if(out, [&](auto& x) {
      auto whole = x.view.cameras.empty() && x.view.groups.empty();
      hide(x.view, who, *wall);
      return !whole && x.view.cameras.empty() && x.view.groups.empty();
    });
    return out;
  }

  static response refusal(view_store::outcome what) {
    using enum view_store::outcome;
    if (what == not_found)
      return view_not_found();
    if (what == read_only)
      return problem(403, "view_read_only",
                     "The view stands in the configuration, or is for everybody: operators and "
                     "administrators change those.");
    if (what == limit)
      return problem(507, "views_max", "There is no room for further views; delete others first.");
    auto out = what == busy
                 ? problem(503, "views_busy", "Too many changes wait to be written.")
                 : problem(503, "views_unwritable", "The folder state_dir cannot be written.");
    out.add("Retry-After", "2");
    return out;
  }

  const wall_services* services_;
};

} // namespace

std::vector<route> view_routes(const api_context& context) {
  const view_handlers h{context.services};
  using with_path = response (view_handlers::*)(const request&, const path_parameters&) const;
  auto bound = [h](with_path handler) {
    return [h, handler](const request& x, const path_parameters& p) { return (h.*handler)(x, p); };
  };
  using enum method;
  constexpr std::string_view one = "/api/v1/views/:name";
  return {
    {get, "/api/v1/views", action::view_state,
     [h](const request& x, const path_parameters& /*unused*/) { return h.list(x); }},
    {get, one, action::view_state, bound(&view_handlers::show)},
    {put, one, action::keep_view, bound(&view_handlers::put)},
    {del, one, action::keep_view, bound(&view_handlers::remove)},
  };
}

} // namespace camwall::http
