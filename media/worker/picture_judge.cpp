#include "media/worker/picture_judge.hpp"

#include <algorithm>
#include <cstdlib>
#include <span>

namespace camwall::media {

namespace {

/// Pixels of one cell that differ by this much show an edge, a texture, or noise.
constexpr int detail_levels = 8;

/// Fewer cells with detail tell nothing.
constexpr std::size_t detail_cells_min = 32;

/// Of the cells with detail, how many may change in a frozen picture: a clock runs on. Noise of
/// two levels that was encoded at a quantiser as coarse as 34 still changes two thirds of them.
constexpr double changed_share_max = 0.2;

/// All sixteen pixels of a cell together may differ by this much and still be called the same.
constexpr int same_levels = 3;

/// A frozen picture was seen so often after its first time, however long the camera's GOP is.
constexpr int still_pictures_min = 2;

/// Clears only after so many pictures in a row.
constexpr int good_pictures_min = 2;

/// What may stick out of a black or uniform picture on either side: text that is burned in.
constexpr double text_share = 0.03;

/// How far beyond its threshold a picture must be to end a condition.
constexpr double clear_factor = 1.25;
constexpr double clear_levels = 1.0;

/// Keyframes come a moment early or late: a look that is so near the threshold counts, else the
/// condition would be named a whole interval later.
constexpr double early_s = 0.25;

double seconds(std::chrono::steady_clock::duration x) {
  return std::chrono::duration<double>(x).count();
}

double clearly_over(double threshold) {
  return threshold * clear_factor + clear_levels;
}

/// Where nearly all of the values lie.
struct range {
  double low = 0;
  double high = 0;
  double spread() const noexcept {
    return high - low;
  }
};

template <std::size_t N>
range range_of(std::array<int, N> values, double unit) {
  constexpr auto cut = static_cast<std::ptrdiff_t>(N * text_share);
  auto low = values.begin() + cut;
  std::nth_element(values.begin(), low, values.end());
  auto lowest = *low; // Before the other end is sought, which moves it.
  auto high = values.end() - 1 - cut;
  std::nth_element(low, high, values.end());
  return {.low = lowest / unit, .high = *high / unit};
}

using cell_values = std::array<int, thumbnail::cells>;

cell_values sums_of(const thumbnail& x) {
  cell_values out{};
  for (std::size_t i = 0; i < x.luma.size(); ++i)
    out[i / thumbnail::samples] += x.luma[i];
  return out;
}

cell_values values_of(const std::array<std::uint8_t, thumbnail::cells>& x) {
  cell_values out{};
  std::copy(x.begin(), x.end(), out.begin());
  return out;
}

struct levels {
  double mean = 0;
  double brightest = 0;
  double spread = 0; ///< The largest of brightness and both colours.
};

levels measure(const thumbnail& x) {
  constexpr double samples = thumbnail::samples;
  auto sums = sums_of(x);
  double total = 0;
  for (auto sum : sums)
    total += sum;
  auto luma = range_of(sums, samples);
  return {.mean = total / (samples * thumbnail::cells),
          .brightest = luma.high,
          .spread = std::max({luma.spread(), range_of(values_of(x.cb), 1).spread(),
                              range_of(values_of(x.cr), 1).spread()})};
}

using cell = std::span<const std::uint8_t, thumbnail::samples>;

cell cell_of(const thumbnail& x, std::size_t i) {
  return cell{x.luma.data() + i * thumbnail::samples, thumbnail::samples};
}

bool has_detail(cell x) {
  auto [low, high] = std::minmax_element(x.begin(), x.end());
  return *high - *low >= detail_levels;
}

bool same(cell a, cell b) {
  int difference = 0;
  for (std::size_t i = 0; i < thumbnail::samples; ++i)
    difference += std::abs(a[i] - b[i]);
  return difference <= same_levels;
}

struct comparison {
  std::size_t detailed = 0;
  std::size_t changed = 0; ///< Of the detailed ones.
};

comparison compare(const thumbnail& a, const thumbnail& b) {
  comparison out;
  for (std::size_t i = 0; i < thumbnail::cells; ++i) {
    auto was = cell_of(a, i);
    auto is = cell_of(b, i);
    if (!has_detail(was) && !has_detail(is))
      continue;
    ++out.detailed;
    out.changed += same(was, is) ? 0 : 1;
  }
  return out;
}

} // namespace

void picture_judge::watch::observe(sign x, time_point at, time_point since) {
  if (!enabled_)
    return;
  if (x == sign::bad) {
    since_ = since_.value_or(since);
    good_in_row_ = 0;
    holds_ = holds_ || seconds(at - *since_) >= after_s_ - early_s;
    return;
  }
  good_in_row_ = x == sign::good ? good_in_row_ + 1 : 0;
  if (holds_ && good_in_row_ < good_pictures_min)
    return;
  holds_ = false;
  since_.reset();
}

picture_judge::picture_judge(const picture_rules& rules)
  : rules_(rules),
    frozen_(rules.frozen_after_s > 0, rules.frozen_after_s),
    undecodable_(rules.undecodable_after > 0, 0),
    black_(rules.black_after_s > 0, rules.black_after_s),
    uniform_(rules.uniform_after_s > 0, rules.uniform_after_s) {
  // nop
}

void picture_judge::take(const thumbnail& x, time_point at) {
  ++decoded_;
  errors_in_row_ = 0;
  undecodable_.observe(sign::good, at, at);
  auto found = measure(x);
  auto darkness = std::max(found.mean, found.brightest);
  auto black = darkness <= rules_.black_luma                ? sign::bad
               : darkness > clearly_over(rules_.black_luma) ? sign::good
                                                            : sign::unclear;
  black_.observe(black, at, at);
  auto uniform = sign::unclear;
  if (black == sign::bad || found.spread > clearly_over(rules_.uniform_spread))
    uniform = sign::good;
  else if (found.spread <= rules_.uniform_spread)
    uniform = sign::bad;
  uniform_.observe(uniform, at, at);
  judge_stillness(x, at, black == sign::bad || uniform == sign::bad);
}

/// A `plain` picture has nothing in it that could move.
void picture_judge::judge_stillness(const thumbnail& x, time_point at, bool plain) {
  auto begin_anew = [&] {
    reference_ = x;
    reference_at_ = at;
    still_in_row_ = 0;
  };
  auto found = reference_at_ && !plain ? compare(reference_, x) : comparison{};
  if (found.detailed < detail_cells_min) {
    frozen_.observe(sign::unclear, at, at);
    return begin_anew();
  }
  auto share = static_cast<double>(found.changed) / static_cast<double>(found.detailed);
  if (share > changed_share_max) {
    moved_ = true;
    frozen_.observe(sign::good, at, at);
    return begin_anew();
  }
  if (++still_in_row_ >= still_pictures_min)
    frozen_.observe(sign::bad, at, *reference_at_);
}

void picture_judge::take_undecodable(time_point at) {
  if (errors_in_row_++ == 0)
    first_error_ = at;
  auto enough = errors_in_row_ >= rules_.undecodable_after;
  undecodable_.observe(enough ? sign::bad : sign::unclear, at, first_error_);
}

picture_judged picture_judge::verdict(time_point now) const {
  picture_judged out{.moved = moved_, .decoded = decoded_};
  auto add = [&](condition what, const watch& x) {
    if (x.holds())
      out.conditions.push_back({.what = what, .age_s = std::max(0.0, seconds(now - *x.since()))});
  };
  add(condition::frozen, frozen_);
  add(condition::undecodable, undecodable_);
  add(condition::black, black_);
  add(condition::uniform, uniform_);
  return out;
}

} // namespace camwall::media
