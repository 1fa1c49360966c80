#include "cli/probe_text.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace camwall::cli {

namespace {

constexpr std::size_t name_width = 14;

std::string number(double x) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", x);
  return text.data();
}

/// A line of two columns; none when there is nothing to say.
void line(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty())
    return;
  out += "  ";
  out += name;
  out.append(name.size() < name_width ? name_width - name.size() : 1, ' ');
  out += value;
  out += '\n';
}

std::string video(const probe_report& x) {
  auto out = x.video == "h264" ? "H.264" : x.video == "h265" ? "H.265" : x.video;
  for (const auto& word : {x.profile, x.level})
    if (!word.empty())
      out += ' ' + word;
  if (x.width > 0)
    out += ", " + std::to_string(x.width) + "x" + std::to_string(x.height);
  if (x.fps > 0)
    out += ", " + number(x.fps) + " pictures/s";
  return out;
}

std::string keyframes(const probe_report& x) {
  if (x.gop_s > 0)
    return "every " + number(x.gop_s) + " s";
  return x.watched_s > 0 ? "no two within " + number(x.watched_s) + " s" : "";
}

std::string bit_rate(double bps) {
  constexpr double mega = 1e6;
  if (bps <= 0)
    return {};
  return bps < mega ? std::to_string(std::lround(bps / 1000)) + " kbit/s"
                    : number(bps / mega) + " Mbit/s";
}

std::string sound(const probe_report& x) {
  if (x.audio == "pcm_mulaw")
    return "G.711 mu-law";
  if (x.audio == "pcm_alaw")
    return "G.711 A-law";
  return x.audio == "aac" ? "AAC" : x.audio.empty() ? "none" : x.audio;
}

std::string words(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& x : all)
    out += (out.empty() ? "" : ", ") + x;
  return out;
}

} // namespace

std::string to_text(const probe_report& x) {
  auto out = x.shown_url.empty() ? std::string{"no address"} : x.shown_url;
  out += '\n';
  if (x.reason != reason::none)
    line(out, "no picture", std::string{to_string(x.reason)} + ": " + x.detail);
  if (!x.video.empty()) {
    line(out, "video", video(x));
    line(out, "keyframes", keyframes(x));
    line(out, "B-frames", x.b_frames ? "yes" : "no");
    line(out, "bit rate", bit_rate(x.bitrate_bps));
    line(out, "sound", sound(x));
    line(out, "codecs", x.codecs);
    line(out, "transport", x.transport);
    if (x.first_picture_s > 0)
      line(out, "first picture", "after " + number(x.first_picture_s) + " s");
    line(out, "plays", words(x.plays));
  }
  for (const auto& y : x.advices)
    line(out, y.code, y.text);
  return out;
}

} // namespace camwall::cli
