#include "actors/stream_signs.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace camwall {

namespace {

using news_list = std::vector<stream_signs::news>;

void compare_rate(news_list& out, bool& told, const rate_norm& rate, const char* sign,
                  const char* words, double unit) {
  if (told == rate.off())
    return;
  told = rate.off();
  out.push_back({.sign = sign,
                 .holds = told,
                 .detail = fmt::format("{} {:.1f}, usually {:.1f}", words, rate.recent() / unit,
                                       rate.usual().value_or(0) / unit)});
}

} // namespace

void stream_signs::begin_worker(time_point now) {
  frame_rate_.begin_session(now);
  bit_rate_.begin_session(now);
}

void stream_signs::take(const media::progress& x, time_point now) {
  frame_rate_.take(x.fps, now);
  bit_rate_.take(x.bitrate_bps, now);
}

std::vector<stream_signs::news> stream_signs::changes(
  bool live, const std::vector<picture_faults::held>& conditions, time_point now) {
  news_list out;
  if (!live) {
    std::erase_if(told_, [](condition x) { return !is_fault(x); });
    told_frame_rate_ = told_bit_rate_ = false;
    return out;
  }
  for (auto what : all_conditions) {
    auto is = std::find_if(conditions.begin(), conditions.end(),
                           [&](const auto& x) { return x.what == what; });
    bool was = std::find(told_.begin(), told_.end(), what) != told_.end();
    if (was == (is != conditions.end()))
      continue;
    auto word = to_string(what);
    std::string detail = fmt::format("the picture is not {} any more", word);
    if (was) {
      std::erase(told_, what);
    } else {
      told_.push_back(what);
      detail = fmt::format("the picture is {}, since {:.0f} s", word,
                           std::chrono::duration<double>(now - is->since).count());
    }
    out.push_back(
      {.sign = std::string{word}, .holds = !was, .detail = std::move(detail), .serious = !was});
  }
  compare_rate(out, told_frame_rate_, frame_rate_, "frame_rate", "pictures a second:", 1);
  compare_rate(out, told_bit_rate_, bit_rate_, "bit_rate", "kbit/s:", 1000);
  return out;
}

} // namespace camwall
