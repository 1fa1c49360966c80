#include "core/event_history.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <iterator>

namespace camwall {

namespace {

constexpr std::size_t line_bytes_max = 512;

/// Cuts between characters, not within one (RFC 3629 §3: 10xxxxxx continues a character).
void shorten(std::string& x, std::size_t bytes_max) {
  if (x.size() <= bytes_max)
    return;
  auto end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(x[end]) & 0xC0U) == 0x80U)
    --end;
  x.resize(end);
}

std::size_t bytes_of(const camera_event& x) {
  auto sum = sizeof x + x.detail.size() + x.order.size() + x.sign.size();
  for (const auto& line : x.last_words)
    sum += sizeof(std::string) + line.size();
  return sum;
}

/// The same failure once more.
bool repeats(const camera_event& x, const camera_event& earlier) {
  return x.reason != reason::none && x.order.empty() && earlier.order.empty() &&
         x.reason == earlier.reason && x.after == earlier.after && x.before == phase::connecting &&
         earlier.before == phase::connecting;
}

/// The newest event of that stream; `end` without one.
event_list::iterator newest_of(event_list& all, std::string_view stream) {
  auto i =
    std::find_if(all.rbegin(), all.rend(), [&](const auto& x) { return x->stream == stream; });
  return i == all.rend() ? all.end() : std::prev(i.base());
}

std::string seconds(double x) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), x < 10 ? "%.2f s" : "%.0f s", x);
  return text.data();
}

} // namespace

std::string to_line(const camera_event& x) {
  std::string out;
  if (!x.order.empty())
    out = "an operator ordered: " + x.order;
  else if (!x.sign.empty())
    out = x.sign + (x.holds ? "" : " no more");
  else
    out = std::string{to_string(x.before)} + " → " + std::string{to_string(x.after)};
  if (x.reason != reason::none)
    out += " (" + std::string{to_string(x.reason)} + ')';
  if (!x.detail.empty())
    out += ": " + x.detail;
  if (x.detection_s)
    out += "; noticed " + seconds(*x.detection_s) + " after the last access unit";
  if (x.recovery_s)
    out += "; was away for " + seconds(*x.recovery_s);
  if (x.attempts > 0)
    out += "; attempt " + std::to_string(x.attempts);
  if (x.wait_s > 0)
    out += ", next try in " + seconds(x.wait_s);
  return out;
}

event_history::event_history(std::size_t events_max, event_list_ptr earlier)
  : events_max_(events_max),
    list_(earlier ? std::move(earlier) : std::make_shared<const event_list>()) {
  // nop
}

void event_history::add(camera_event x) {
  auto all = *list_;
  x.sequence = all.empty() ? 1 : all.back()->sequence + 1;
  x.first_at = x.at;
  shorten(x.detail, detail_bytes_max);
  if (auto i = newest_of(all, x.stream); i != all.end() && repeats(x, **i)) {
    x.count = (*i)->count + 1;
    x.first_at = (*i)->first_at;
    all.erase(i);
  }
  all.push_back(std::make_shared<const camera_event>(std::move(x)));
  publish(std::move(all));
}

void event_history::add_last_words(std::string_view stream, std::vector<std::string> lines) {
  auto all = *list_;
  auto i = newest_of(all, stream);
  if (lines.empty() || i == all.end() || (*i)->reason == reason::none)
    return;
  if (lines.size() > last_words_lines_max)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(last_words_lines_max));
  for (auto& line : lines)
    shorten(line, line_bytes_max);
  auto changed = **i;
  changed.last_words = std::move(lines);
  *i = std::make_shared<const camera_event>(std::move(changed));
  publish(std::move(all));
}

void event_history::publish(event_list x) {
  std::size_t bytes = 0;
  std::size_t kept = 0;
  for (auto i = x.rbegin(); i != x.rend() && kept < events_max_; ++i, ++kept) {
    bytes += bytes_of(**i);
    if (bytes > bytes_max)
      break;
  }
  x.erase(x.begin(), x.end() - static_cast<std::ptrdiff_t>(kept));
  list_ = std::make_shared<const event_list>(std::move(x));
}

} // namespace camwall
