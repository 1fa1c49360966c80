#include "media/server/probe_advice.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

namespace camwall::media {

namespace {

namespace limits = advice_limits;

std::string number(double x, const char* format = "%.1f") {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, x);
  return text.data();
}

/// `3 s`, `5 minutes`, `50 years`: as exact as it matters.
std::string span(double s) {
  constexpr double minute = 60;
  constexpr double hour = 3600;
  constexpr double day = 24 * hour;
  constexpr double year = 365 * day;
  if (s < 2 * minute)
    return number(s, "%.0f") + " s";
  if (s < 2 * hour)
    return number(s / minute, "%.0f") + " minutes";
  if (s < 2 * day)
    return number(s / hour, "%.0f") + " hours";
  if (s < 2 * year)
    return number(s / day, "%.0f") + " days";
  return number(s / year, "%.0f") + " years";
}

bool is_supported(const probe_report& x) {
  return x.video == "h264" || x.video == "h265";
}

/// Eight bits, 4:2:0: what decoders in browsers and in hardware take.
bool has_usual_profile(const probe_report& x) {
  return x.profile.empty() || x.profile == "Constrained Baseline" || x.profile == "Baseline" ||
         x.profile == "Main" || x.profile == "High";
}

using rule = std::string (*)(const probe_report&);

std::string codec(const probe_report& x) {
  if (x.video.empty() || is_supported(x))
    return {};
  return "The video is " + x.video + ", which no player of a wall takes: set H.264 at the camera.";
}

std::string h265(const probe_report& x) {
  return x.video == "h265" ? "H.265 plays only in browsers with a hardware decoder for it: set "
                             "H.264, at least for the sub-stream."
                           : "";
}

std::string profile(const probe_report& x) {
  if (!is_supported(x) || has_usual_profile(x))
    return {};
  return "Profile " + x.profile + " plays in few browsers: set Main or High.";
}

std::string long_gop(const probe_report& x) {
  bool none_came = x.gop_s <= 0 && x.watched_s > limits::gop_s;
  if (!is_supported(x) || (x.gop_s <= limits::gop_s && !none_came))
    return {};
  auto found = none_came ? "No second keyframe came within " + number(x.watched_s) + " s"
                         : "Keyframes are " + number(x.gop_s) + " s apart";
  auto pictures =
    x.fps > 0 ? " (" + number(x.fps, "%.0f") + " to " + number(2 * x.fps, "%.0f") + " pictures)"
              : "";
  return found +
         ", which a viewer waits for at the begin and after each loss: set the I-frame "
         "interval to 1 to 2 s" +
         pictures + ".";
}

std::string b_frames(const probe_report& x) {
  return x.b_frames ? "B-frames delay live pictures: switch them off (or set profile Baseline, or "
                      "\"smart\" coding off)."
                    : "";
}

std::string udp_only(const probe_report& x) {
  return x.transport == "udp" ? "The camera gives no RTP over TCP: packets that a network loses "
                                "will be missing; allow TCP (interleaved) at the camera."
                              : "";
}

std::string large(const probe_report& x) {
  if (!is_supported(x) || long{x.width} * x.height <= limits::tile_pixels)
    return {};
  return std::to_string(x.width) + "x" + std::to_string(x.height) +
         " is more than a tile of a grid can show: give the camera's sub-stream (640x360 or so) "
         "as sub_url.";
}

std::string high_bitrate(const probe_report& x) {
  if (x.bitrate_bps <= limits::bitrate_bps)
    return {};
  return number(x.bitrate_bps / 1e6) +
         " Mbit/s for each viewer is much: set a lower bit rate, or a sub-stream for the grid.";
}

std::string low_fps(const probe_report& x) {
  if (x.fps <= 0 || x.fps >= limits::fps_low)
    return {};
  return number(x.fps) + " pictures a second look like a fault: set 10 to 25.";
}

std::string sound(const probe_report& x) {
  if (x.audio.empty() || x.audio == "aac")
    return {};
  if (x.audio == "pcm_mulaw" || x.audio == "pcm_alaw")
    return "G.711 sound is fine: it is made into AAC for players; AAC from the camera spares that.";
  return "The sound is " + x.audio + ", which is left out: set AAC or G.711 at the camera.";
}

std::string clock(const probe_report& x) {
  if (!x.clock_ahead_s || std::abs(*x.clock_ahead_s) <= limits::clock_s)
    return {};
  return "The camera's clock is " + span(std::abs(*x.clock_ahead_s)) +
         (*x.clock_ahead_s > 0 ? " ahead" : " behind") +
         " of this server's: set its time server (NTP).";
}

struct entry {
  const char* code;
  rule text;
};

/// One of G.711's is praise, so the sound comes late.
constexpr std::array table{entry{"codec", codec},
                           entry{"h265", h265},
                           entry{"profile", profile},
                           entry{"long_gop", long_gop},
                           entry{"udp_only", udp_only},
                           entry{"large", large},
                           entry{"high_bitrate", high_bitrate},
                           entry{"b_frames", b_frames},
                           entry{"low_fps", low_fps},
                           entry{"sound", sound},
                           entry{"clock", clock}};

} // namespace

std::vector<probe_report::advice> advise(const probe_report& x, std::string_view asked_transport) {
  std::vector<probe_report::advice> out;
  for (const auto& [code, rule] : table) {
    // Who asked for UDP knows.
    if (rule == udp_only && asked_transport == "udp")
      continue;
    if (auto text = rule(x); !text.empty())
      out.push_back({.code = code, .text = std::move(text)});
  }
  return out;
}

std::vector<std::string> plays_where(const probe_report& x) {
  if (x.reason != reason::none || !is_supported(x))
    return {};
  bool everywhere = x.video == "h264" && has_usual_profile(x);
  std::vector<std::string> out =
    everywhere ? std::vector<std::string>{"mse", "hls"}
               : std::vector<std::string>{"mse_some_browsers", "hls_some_players"};
  out.insert(out.end(), {"jpeg", "mpeg1"});
  return out;
}

} // namespace camwall::media
