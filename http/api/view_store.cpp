#include "http/api/view_store.hpp"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

namespace camwall::http {

namespace {

bool is_same_place(const saved_view& a, const saved_view& b) {
  return a.view.name == b.view.name && a.shared == b.shared && (a.shared || a.owner == b.owner);
}

/// Whether `x` fits in beside the others that share its limits; `all` may hold what it replaces.
bool has_room(const std::vector<saved_view>& all, const saved_view& x) {
  std::size_t views = 1;
  std::size_t everybodys = 1;
  auto bytes = view_file({x}).size();
  for (const auto& y : all) {
    if (is_same_place(x, y))
      continue;
    ++everybodys;
    if (y.shared != x.shared || (!x.shared && y.owner != x.owner))
      continue;
    ++views;
    bytes += view_file({y}).size();
  }
  using limits = view_limits;
  return everybodys <= limits::saved_max &&
         views <= (x.shared ? limits::shared_max : limits::of_owner_max) &&
         bytes <= (x.shared ? limits::shared_bytes_max : limits::of_owner_bytes_max);
}

} // namespace

view_store::view_store(parts x) : parts_(std::move(x)) {
  if (!parts_.file.empty())
    load();
  thread_ = std::thread{[this] { run(); }};
}

view_store::~view_store() {
  {
    std::lock_guard guard{mutex_};
    quit_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void view_store::load() {
  auto text = read_state_file(parts_.file);
  if (!text)
    return; // Nothing was saved yet.
  auto warn = [this](const std::string& what) {
    if (parts_.on_warning)
      parts_.on_warning(parts_.file.string() + ": " + what);
  };
  try {
    auto found = read_view_file(*text);
    saved_ = std::make_shared<const saved_views>(std::move(found.views));
    if (found.left_out == 0)
      return;
    auto aside = parts_.file;
    aside += ".broken";
    if (replace_state_file(aside, *text)) // The next change writes the file without them.
      warn(std::to_string(found.left_out) + " views cannot be read; all are kept in " +
           aside.filename().string());
  } catch (const std::exception&) {
    warn("damaged; set aside as " + set_aside(parts_.file) +
         ": the views that were saved are gone");
  }
}

void view_store::configure(std::vector<wall_view> views) {
  std::lock_guard guard{mutex_};
  configured_ = std::move(views);
}

std::vector<shown_view> view_store::views_of(std::optional<std::string_view> owner,
                                             bool may_share) const {
  std::vector<shown_view> out;
  std::shared_ptr<const saved_views> saved;
  {
    std::lock_guard guard{mutex_};
    for (const auto& x : configured_)
      out.push_back({x, true, true});
    saved = saved_;
  }
  auto is_new = [&](const saved_view& x) {
    return std::none_of(out.begin(), out.end(),
                        [&](const auto& y) { return y.view.name == x.view.name; });
  };
  auto is_own = [&](const saved_view& x) { return !x.shared && owner && x.owner == *owner; };
  auto begin_own = out.size();
  for (const auto& x : *saved)
    if (is_own(x) && is_new(x))
      out.push_back({x.view, false, false});
  auto end_own = out.size();
  for (const auto& x : *saved)
    if (x.shared && is_new(x))
      out.push_back({x.view, true, !may_share});
  auto at = [&](std::size_t i) { return out.begin() + static_cast<std::ptrdiff_t>(i); };
  std::rotate(at(begin_own), at(end_own), out.end());
  return out;
}

void view_store::put(saved_view x, bool may_share, told done) {
  if (is_configured(x.view.name) || (x.shared && !may_share))
    return done(outcome::read_only);
  auto what = [this, x = std::move(x)](saved_views& all) {
    if (!has_room(all, x)) {
      limit_reached("views");
      return outcome::limit;
    }
    auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& y) { return is_same_place(x, y); });
    auto replaced = found != all.end();
    if (replaced)
      *found = x;
    else
      all.push_back(x);
    if (x.shared) {
      auto own = x;
      own.shared = false;
      auto erased = std::erase_if(all, [&](const auto& y) { return is_same_place(own, y); });
      replaced = replaced || erased > 0;
    }
    return replaced ? outcome::replaced : outcome::done;
  };
  post(std::move(what), std::move(done));
}

void view_store::remove(std::string owner, std::string name, bool may_share, told done) {
  if (is_configured(name))
    return done(outcome::read_only);
  auto what = [owner = std::move(owner), name = std::move(name), may_share](saved_views& all) {
    auto find = [&](bool shared) {
      saved_view like{{}, owner, shared};
      like.view.name = name;
      return std::find_if(all.begin(), all.end(),
                          [&](const auto& y) { return is_same_place(like, y); });
    };
    auto found = find(false);
    if (found == all.end()) {
      found = find(true);
      if (found == all.end())
        return outcome::not_found;
      if (!may_share)
        return outcome::read_only;
    }
    all.erase(found);
    return outcome::done;
  };
  post(std::move(what), std::move(done));
}

void view_store::post(change what, told done) {
  {
    std::lock_guard guard{mutex_};
    if (!quit_ && waiting_.size() < view_limits::changes_max) {
      waiting_.emplace_back(std::move(what), std::move(done));
      changed_.notify_all();
      return;
    }
  }
  limit_reached("view_changes");
  done(outcome::busy);
}

void view_store::run() {
  pthread_setname_np(pthread_self(), "views");
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return quit_ || !waiting_.empty(); });
    if (waiting_.empty())
      return;
    auto [what, done] = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    try {
      done(apply(what));
    } catch (const std::exception&) {
      // Memory ran out: the request is answered when its time is up, and the thread goes on.
    }
    lock.lock();
  }
}

// Only this thread changes what is saved.
view_store::outcome view_store::apply(const change& what) {
  std::shared_ptr<const saved_views> before;
  {
    std::lock_guard guard{mutex_};
    before = saved_;
  }
  auto all = *before;
  auto out = what(all);
  if (out != outcome::done && out != outcome::replaced)
    return out;
  auto text = view_file(all);
  if (text.size() > view_limits::file_bytes_max) {
    limit_reached("views");
    return outcome::limit;
  }
  if (!parts_.file.empty() && !replace_state_file(parts_.file, text))
    return outcome::unwritable;
  std::lock_guard guard{mutex_};
  saved_ = std::make_shared<const saved_views>(std::move(all));
  return out;
}

bool view_store::is_configured(std::string_view name) const {
  std::lock_guard guard{mutex_};
  return std::any_of(configured_.begin(), configured_.end(),
                     [&](const auto& x) { return x.name == name; });
}

void view_store::limit_reached(std::string_view name) const {
  if (parts_.on_limit)
    parts_.on_limit(name);
}

} // namespace camwall::http
