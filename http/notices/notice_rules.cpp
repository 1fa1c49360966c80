#include "http/notices/notice_rules.hpp"

#include <algorithm>
#include <utility>

namespace camwall::http {

namespace {

/// Cameras that nobody wants to be live are not down.
bool is_down(phase x) noexcept {
  return x != phase::live && x != phase::idle && x != phase::disabled;
}

std::string word_of(const camera_snapshot& x) {
  return std::string{x.reason == reason::none ? to_string(x.phase) : to_string(x.reason)};
}

/// The first fault with its place.
std::string detail_of(const change_refusal& x) {
  if (x.faults.empty())
    return x.detail;
  auto more = x.faults.size() - 1;
  return x.faults[0].where + ": " + x.faults[0].what +
         (more == 0 ? "" : ", and " + std::to_string(more) + " more");
}

} // namespace

notice_rules::notice_rules(notice_filter what, notice_pace pace)
  : wanted_(std::move(what)), pace_(pace) {
  // nop
}

void notice_rules::look(const wall_snapshot& wall, const reload_outcome* reload, time_point now,
                        wall_time wall_now) {
  for (auto& [name, x] : faults_)
    x.seen = false;
  for (const auto& x : wall.cameras)
    if (wants_group(x.group))
      see_camera(x, now);
  if (reload != nullptr && !reload->successful && wants(notice_event::reload))
    see({.event = notice_event::reload,
         .camera = {},
         .label = {},
         .group = {},
         .what = reload->why.code,
         .detail = detail_of(reload->why),
         .since = reload->at,
         .until = {}},
        now);
  end_what_is_over(now, wall_now);
}

/// Ends come first. What was given up is in a message of its own, after what is new: a receiver may
/// be unable to take just that.
std::vector<notice> notice_rules::take(time_point now) {
  for (auto& [name, x] : faults_)
    x.on_its_way = word::none; // Of a message that could not even be made.
  if (!may_tell(now))
    return {};
  gathering_since_.reset();
  told_last_ = now;
  auto again = std::none_of(faults_.begin(), faults_.end(), [&](const auto& x) {
    return x.second.tellable(now) && !x.second.given_up;
  });
  std::vector<notice> out;
  for (auto what : {word::end, word::begin})
    for (auto& [name, x] : faults_)
      if (x.untold() == what && x.tellable(now) && x.given_up == again) {
        x.on_its_way = what;
        out.push_back(x.what);
      }
  return out;
}

void notice_rules::arrived() {
  for (auto& [name, x] : faults_) {
    auto what = std::exchange(x.on_its_way, word::none);
    if (what == word::none)
      continue;
    x.known = what == word::begin;
    x.given_up = false;
    x.rejected = 0;
  }
}

void notice_rules::dropped() {
  for (auto& [name, x] : faults_)
    if (std::exchange(x.on_its_way, word::none) != word::none)
      x.given_up = true;
}

void notice_rules::rejected(time_point now) {
  for (auto& [name, x] : faults_) {
    if (x.on_its_way == word::none)
      continue;
    auto wait = pace_.rejected_first;
    for (std::size_t i = 0; i < x.rejected && wait < pace_.rejected_max; ++i)
      wait *= 2;
    x.not_before = now + std::min(wait, pace_.rejected_max);
    if (++x.rejected >= rejected_ends_max && x.on_its_way == word::end)
      x.known = false;
  }
  dropped();
}

notice_rules::word notice_rules::fault::untold() const noexcept {
  if (on_its_way != word::none)
    return word::none;
  if (known)
    return what.until ? word::end : word::none;
  return due ? word::begin : word::none;
}

/// What is away at the moment is not told of, but keeps its place: it may come and go.
bool notice_rules::fault::tellable(time_point now) const noexcept {
  auto is = untold();
  return now >= not_before && (is == word::end || (is == word::begin && seen));
}

void notice_rules::see(notice what, time_point now) {
  auto condition = what.event == notice_event::picture ? what.what : std::string{};
  auto [place, fresh] =
    faults_.try_emplace(key{what.event, what.camera, std::move(condition)}, fault{});
  auto& x = place->second;
  // The receiver may be hearing of its end.
  auto anew = fresh || (x.what.until && x.on_its_way == word::end);
  if (anew) {
    x.began = now;
    x.due = false;
  } else {
    what.since = x.what.since; // A camera that is tried again is still down.
  }
  x.what = std::move(what);
  x.seen = true;
  x.missed.reset();
  x.due = x.due || x.what.event == notice_event::reload || now >= x.began + wanted_.after;
}

void notice_rules::see_camera(const camera_snapshot& x, time_point now) {
  notice what{.camera = x.id,
              .label = x.label,
              .group = x.group,
              .what = word_of(x),
              .detail = x.detail,
              .since = x.since,
              .until = {}};
  if (wants(notice_event::down) && is_down(x.phase))
    see(what, now);
  if (!wants(notice_event::picture))
    return;
  if (is_down(x.phase))
    hold_picture(x);
  what.event = notice_event::picture;
  what.detail.clear();
  for (const auto& condition : x.conditions) {
    what.what = to_string(condition.what);
    what.since = condition.since;
    see(what, now);
  }
}

/// Of a camera that sends nothing nobody knows whether its picture is better: it is restarted for
/// being frozen, too.
void notice_rules::hold_picture(const camera_snapshot& x) {
  for (auto condition : all_conditions) {
    auto found = faults_.find(key{notice_event::picture, x.id, std::string{to_string(condition)}});
    if (found == faults_.end() || found->second.what.until)
      continue;
    found->second.seen = true;
    found->second.missed.reset();
  }
}

/// What nobody was told of ends without a word; what is being told of ends later.
void notice_rules::end_what_is_over(time_point now, wall_time wall_now) {
  for (auto i = faults_.begin(); i != faults_.end();) {
    auto& x = i->second;
    if (!x.seen && !x.missed)
      x.missed = moment{now, wall_now};
    auto over = !x.seen && now >= x.missed->at + pace_.calm && x.on_its_way == word::none;
    if (over && !(x.known && wanted_.resolved)) {
      i = faults_.erase(i);
      continue;
    }
    if (over && !x.what.until)
      x.what.until = x.missed->wall;
    ++i;
  }
}

bool notice_rules::wants(notice_event x) const {
  return std::find(wanted_.events.begin(), wanted_.events.end(), x) != wanted_.events.end();
}

bool notice_rules::wants_group(const std::string& group) const {
  const auto& all = wanted_.groups;
  return all.empty() || std::find(all.begin(), all.end(), group) != all.end();
}

/// Whether there is something to tell now, and it has gathered for long enough.
bool notice_rules::may_tell(time_point now) {
  auto any = [this](auto what) {
    return std::any_of(faults_.begin(), faults_.end(),
                       [&](const auto& x) { return what(x.second); });
  };
  if (!any([&](const fault& x) { return x.untold() != word::none && now >= x.not_before; })) {
    gathering_since_.reset();
    return false;
  }
  if (!gathering_since_)
    gathering_since_ = now;
  return now >= *gathering_since_ + pace_.gather &&
         (!told_last_ || now >= *told_last_ + pace_.pause) &&
         any([&](const fault& x) { return x.tellable(now); });
}

} // namespace camwall::http
