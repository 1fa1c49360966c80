#include "media/worker/playlist.hpp"

#include <array>
#include <cassert>
#include <cstdio>

namespace camwall::media {

namespace {

std::string fixed(double x, int digits) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, x);
  return text.data();
}

} // namespace

std::string media_playlist(const std::deque<listed_segment>& segments, int target_s) {
  assert(!segments.empty());
  const auto& first = segments.front();
  // A tag counts for its own segment, so that the header gives the number before it (RFC 8216
  // §6.2.2).
  auto before = first.discontinuity_sequence - (first.discontinuity ? 1 : 0);
  std::string out = "#EXTM3U\n#EXT-X-VERSION:";
  out += first.map.empty() ? "3" : "7";
  out += "\n#EXT-X-TARGETDURATION:" + std::to_string(target_s);
  out += "\n#EXT-X-MEDIA-SEQUENCE:" + std::to_string(first.sequence);
  out += "\n#EXT-X-DISCONTINUITY-SEQUENCE:" + std::to_string(before);
  out += "\n#EXT-X-INDEPENDENT-SEGMENTS\n";
  const std::string* map = nullptr;
  for (const auto& x : segments) {
    if (x.discontinuity)
      out += "#EXT-X-DISCONTINUITY\n";
    if (!x.map.empty() && (map == nullptr || *map != x.map))
      out += "#EXT-X-MAP:URI=\"" + x.map + "\"\n";
    map = &x.map;
    if (x.gap)
      out += "#EXT-X-GAP\n";
    out += "#EXT-X-PROGRAM-DATE-TIME:" + rfc3339(x.start);
    out += "\n#EXTINF:" + fixed(x.duration_s, 5) + ",\n" + x.name + '\n';
  }
  return out;
}

std::string multivariant_playlist(const variant& x) {
  std::string out = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n";
  if (x.audio)
    out +=
      "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"audio\",DEFAULT=YES,AUTOSELECT=YES,"
      "URI=\"audio.m3u8\"\n";
  out += "#EXT-X-STREAM-INF:BANDWIDTH=" + std::to_string(x.bandwidth_bps);
  out += ",CODECS=\"" + x.codecs + "\"";
  if (x.width > 0 && x.height > 0)
    out += ",RESOLUTION=" + std::to_string(x.width) + 'x' + std::to_string(x.height);
  if (x.fps > 0)
    out += ",FRAME-RATE=" + fixed(x.fps, 3);
  if (x.audio)
    out += ",AUDIO=\"audio\"";
  out += "\nvideo.m3u8\n";
  return out;
}

} // namespace camwall::media
