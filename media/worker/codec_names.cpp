#include "media/worker/codec_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace camwall::media {

namespace {

struct named_profile {
  unsigned number;
  const char* name;
};

constexpr auto h264_profiles = std::to_array<named_profile>({{66, "Baseline"},
                                                             {77, "Main"},
                                                             {88, "Extended"},
                                                             {100, "High"},
                                                             {110, "High 10"},
                                                             {122, "High 4:2:2"},
                                                             {244, "High 4:4:4 Predictive"}});
constexpr auto h265_profiles = std::to_array<named_profile>(
  {{1, "Main"}, {2, "Main 10"}, {3, "Main Still Picture"}, {4, "Range Extensions"}});

template <class Table>
std::string name_in(const Table& table, unsigned number) {
  auto i = std::find_if(table.begin(), table.end(),
                        [number](const auto& x) { return x.number == number; });
  return i == table.end() ? std::string{} : i->name;
}

std::optional<unsigned> number(std::string_view text, int base) {
  unsigned out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return out;
}

/// Tenths as a text: 31 is `3.1`, 40 is `4.0`.
std::string level_text(unsigned tenths) {
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10);
}

profile_and_level read_h264(std::string_view hex) {
  constexpr unsigned set1 = 0x40; // constraint_set1_flag: a baseline stream that is a main one too.
  auto x = hex.size() == 6 ? number(hex, 16) : std::nullopt;
  if (!x)
    return {};
  auto profile = *x >> 16;
  bool constrained = profile == 66 && (*x >> 8 & set1) != 0;
  return {.profile = (constrained ? "Constrained " : "") + name_in(h264_profiles, profile),
          .level = level_text(*x & 0xff)};
}

std::string_view take_word(std::string_view& rest) {
  auto end = std::min(rest.find('.'), rest.size());
  auto out = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return out;
}

profile_and_level read_h265(std::string_view rest) {
  auto profile = number(take_word(rest), 10);
  take_word(rest); // Compatibility flags.
  auto tier_and_level = take_word(rest);
  constexpr unsigned steps = 3; // Of a tenth (H.265 §A.4.1).
  auto level = tier_and_level.size() > 1 ? number(tier_and_level.substr(1), 10) : std::nullopt;
  if (!profile || !level)
    return {};
  return {.profile = name_in(h265_profiles, *profile), .level = level_text(*level / steps)};
}

} // namespace

profile_and_level names_of(std::string_view codecs) {
  constexpr std::string_view h264 = "avc1.";
  constexpr std::string_view h265 = "hvc1.";
  if (codecs.starts_with(h264))
    return read_h264(codecs.substr(h264.size()));
  if (codecs.starts_with(h265))
    return read_h265(codecs.substr(h265.size()));
  return {};
}

} // namespace camwall::media
