#include "config/suggest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace camwall::config {

namespace {

constexpr std::size_t word_bytes_max = 64;

/// Optimal string alignment: insertions, deletions, replacements and swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

} // namespace

std::string_view suggest(std::string_view typed, std::span<const std::string_view> words) {
  if (typed.size() > word_bytes_max)
    return {};
  std::string_view best;
  std::size_t best_distance = 3;
  for (auto word : words) {
    auto distance = edit_distance(typed, word);
    if (distance < best_distance && distance * 2 < word.size()) {
      best = word;
      best_distance = distance;
    }
  }
  return best;
}

} // namespace camwall::config
