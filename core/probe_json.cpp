#include "core/probe_json.hpp"

#include <nlohmann/json.hpp>

#include <cmath>

namespace camwall {

namespace {

using json = nlohmann::ordered_json;

json known(const std::string& x) {
  return x.empty() ? json(nullptr) : json(x);
}

json known(int x) {
  return x == 0 ? json(nullptr) : json(x);
}

json rounded(double x) {
  constexpr double steps = 1000;
  return std::round(x * steps) / steps;
}

json known(double x) {
  return x == 0 ? json(nullptr) : rounded(x);
}

} // namespace

std::string to_json(const probe_report& x) {
  auto advice = json::array();
  for (const auto& y : x.advices)
    advice.push_back({{"code", y.code}, {"text", y.text}});
  json out{{"url", x.shown_url},
           {"reason", known(std::string{to_string(x.reason)})},
           {"detail", known(x.detail)},
           {"transport", known(x.transport)},
           {"video", known(x.video)},
           {"profile", known(x.profile)},
           {"level", known(x.level)},
           {"width", known(x.width)},
           {"height", known(x.height)},
           {"fps", known(x.fps)},
           {"gop_s", known(x.gop_s)},
           {"bitrate_bps", known(std::round(x.bitrate_bps))},
           {"b_frames", x.b_frames},
           {"audio", known(x.audio)},
           {"codecs", known(x.codecs)},
           {"first_picture_s", known(x.first_picture_s)},
           {"watched_s", known(x.watched_s)},
           {"took_s", rounded(x.took_s)},
           {"clock_ahead_s", x.clock_ahead_s ? rounded(*x.clock_ahead_s) : json(nullptr)},
           {"plays", x.plays},
           {"advice", std::move(advice)}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace camwall
