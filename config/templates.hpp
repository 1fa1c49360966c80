#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace camwall::config {

/// Where the cameras and recorders of one brand keep their streams. In the paths, `{channel}` is
/// the channel's number, `{channel:02}` the same with two digits at least.
struct camera_template {
  std::string_view name;          ///< As in `template: hikvision`.
  std::string_view title;         ///< For people: `Hikvision`.
  std::string_view main;          ///< Path and query of the full picture, from the first slash on.
  std::string_view sub;           ///< The same of the smaller stream.
  std::uint32_t channels_max = 1; ///< 1: a camera of this kind has no channels.
  std::string_view hint;          ///< One sentence on what may differ.
};

/// All of them, in the order in which people should see them.
std::span<const camera_template> camera_templates();

/// Null when there is none of this name.
const camera_template* find_template(std::string_view name);

/// An address without a login. `path` is a template's `main` or `sub`; `host` a host name or an IP
/// address without brackets; `port` is left out when it is RTSP's own (554).
std::string template_url(std::string_view path, std::string_view host, std::uint16_t port,
                         std::uint32_t channel);

/// The address for display, e.g. `rtsp://{host}:{port}/Streaming/Channels/{channel}01`.
std::string pattern_for_display(std::string_view path);

/// `text` with every `{channel}` and `{channel:02}` replaced.
std::string with_channel(std::string_view text, std::uint32_t channel);

} // namespace camwall::config
