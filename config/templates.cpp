#include "config/templates.hpp"

#include <algorithm>
#include <array>

namespace camwall::config {

namespace {

constexpr std::string_view plain_mark = "{channel}";
constexpr std::string_view padded_mark = "{channel:02}";
constexpr std::uint16_t rtsp_port = 554;

constexpr auto table = std::to_array<camera_template>({
  {"hikvision", "Hikvision", "/Streaming/Channels/{channel}01", "/Streaming/Channels/{channel}02",
   256, "Cameras and recorders; a camera by itself is channel 1."},
  {"dahua", "Dahua", "/cam/realmonitor?channel={channel}&subtype=0",
   "/cam/realmonitor?channel={channel}&subtype=1", 256,
   "Cameras and recorders; a camera by itself is channel 1."},
  {"reolink", "Reolink", "/Preview_{channel:02}_main", "/Preview_{channel:02}_sub", 64,
   "RTSP has to be switched on in the camera; older firmware wants h264Preview_01_main."},
  {"axis", "Axis", "/axis-media/media.amp?camera={channel}&videocodec=h264",
   "/axis-media/media.amp?camera={channel}&videocodec=h264&resolution=640x360", 64,
   "A sensor that is not 16:9 has other resolutions: write url and sub_url for it."},
  {"uniview", "Uniview", "/unicast/c{channel}/s0/live", "/unicast/c{channel}/s1/live", 256,
   "Cameras and recorders; a camera by itself is channel 1, older ones want /media/video1."},
  {"amcrest", "Amcrest", "/cam/realmonitor?channel={channel}&subtype=0",
   "/cam/realmonitor?channel={channel}&subtype=1", 256,
   "Cameras and recorders; a camera by itself is channel 1."},
  {"tplink", "TP-Link (Tapo, VIGI)", "/stream1", "/stream2", 1,
   "Tapo wants the camera account of its app's advanced settings, not the TP-Link account."},
  {"onvif", "ONVIF (generic)", "/onvif1", "/onvif2", 1,
   "ONVIF fixes no path; these are the most usual ones of cameras without a known brand."},
});

void replace_all(std::string& text, std::string_view mark, std::string_view by) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + by.size()))
    text.replace(at, mark.size(), by);
}

} // namespace

std::span<const camera_template> camera_templates() {
  return table;
}

const camera_template* find_template(std::string_view name) {
  auto found =
    std::find_if(table.begin(), table.end(), [&](const auto& x) { return x.name == name; });
  return found == table.end() ? nullptr : &*found;
}

std::string template_url(std::string_view path, std::string_view host, std::uint16_t port,
                         std::uint32_t channel) {
  std::string out = "rtsp://";
  bool is_ipv6 = host.find(':') != std::string_view::npos;
  out += is_ipv6 ? "[" + std::string{host} + "]" : std::string{host};
  if (port != rtsp_port)
    out += ":" + std::to_string(port);
  return out + with_channel(path, channel);
}

std::string pattern_for_display(std::string_view path) {
  return "rtsp://{host}:{port}" + std::string{path};
}

std::string with_channel(std::string_view text, std::uint32_t channel) {
  auto digits = std::to_string(channel);
  std::string out{text};
  replace_all(out, plain_mark, digits);
  replace_all(out, padded_mark, digits.size() < 2 ? "0" + digits : digits);
  return out;
}

} // namespace camwall::config
