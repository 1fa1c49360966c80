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

} // namespace

std::string_view to_string(notice_event x) noexcept {
  switch (x) {
    case notice_event::down:
      return "down";
    case notice_event::picture:
      return "picture";
    case notice_event::reload:
      return "reload";
  }
  return "";
}

notice_rules::notice_rules(notice_filter what) : wanted_(std::move(what)) {
  // nop
}

std::vector<notice> notice_rules::look(const wall_snapshot& wall, const reload_outcome* reload,
                                       time_point now, wall_time wall_now) {
  for (auto& [name, x] : faults_)
    x.seen = false;
  for (const auto& x : wall.cameras)
    if (wants_group(x.group))
      see_camera(x, now, wall_now);
  if (reload != nullptr && !reload->successful && wants(notice_event::reload))
    see({.event = notice_event::reload,
         .camera = {},
         .label = {},
         .group = {},
         .what = reload->why.code,
         .detail = reload->why.detail,
         .since = reload->at},
        now);
  end_what_is_over(wall_now);
  auto due = std::any_of(faults_.begin(), faults_.end(),
                         [&](const auto& x) { return !x.second.told && is_due(x.second, now); });
  if (!due && over_.empty()) {
    gathering_since_.reset();
    return {};
  }
  if (!gathering_since_)
    gathering_since_ = now;
  if (now < *gathering_since_ + notice_limits::gather ||
      (told_last_ && now < *told_last_ + notice_limits::pause))
    return {};
  gathering_since_.reset();
  told_last_ = now;
  auto out = std::exchange(over_, {});
  for (auto& [name, x] : faults_)
    if (!x.told && is_due(x, now)) {
      x.told = true;
      out.push_back(x.what);
    }
  return out;
}

void notice_rules::see(notice what, time_point now) {
  auto condition = what.event == notice_event::picture ? what.what : std::string{};
  auto [place, fresh] =
    faults_.try_emplace(key{what.event, what.camera, std::move(condition)}, fault{});
  auto& x = place->second;
  x.seen = true;
  if (fresh)
    x.began = now;
  else
    what.since = x.what.since;
  x.what = std::move(what);
}

void notice_rules::see_camera(const camera_snapshot& x, time_point now, wall_time wall_now) {
  notice what{
    .camera = x.id, .label = x.label, .group = x.group, .what = {}, .detail = {}, .since = {}};
  if (wants(notice_event::down) && is_down(x.phase)) {
    what.event = notice_event::down;
    what.what = word_of(x);
    what.detail = x.detail;
    what.since = wall_now;
    see(what, now);
  }
  if (!wants(notice_event::picture))
    return;
  for (const auto& condition : x.conditions) {
    what.event = notice_event::picture;
    what.what = to_string(condition.what);
    what.detail.clear();
    what.since = condition.since;
    see(what, now);
  }
}

bool notice_rules::wants(notice_event x) const {
  return std::find(wanted_.events.begin(), wanted_.events.end(), x) != wanted_.events.end();
}

bool notice_rules::wants_group(const std::string& group) const {
  const auto& all = wanted_.groups;
  return all.empty() || std::find(all.begin(), all.end(), group) != all.end();
}

bool notice_rules::is_due(const fault& x, time_point now) const {
  return x.what.event == notice_event::reload || now >= x.began + wanted_.after;
}

/// What nobody was told of ends without a word.
void notice_rules::end_what_is_over(wall_time wall_now) {
  for (auto i = faults_.begin(); i != faults_.end();) {
    if (i->second.seen) {
      ++i;
      continue;
    }
    if (i->second.told && wanted_.resolved) {
      auto what = std::move(i->second.what);
      what.resolved = true;
      what.since = wall_now;
      over_.push_back(std::move(what));
    }
    i = faults_.erase(i);
  }
}

} // namespace camwall::http
