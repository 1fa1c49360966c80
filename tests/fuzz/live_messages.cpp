/// What a page says over `/ws/wall`, and asks of `/ws/stream`: the first line is a query, the rest
/// a message.

#include "http/live/live_messages.hpp"

#include "http/websocket/utf8.hpp"
#include "tests/fuzz/fuzz_input.hpp"

#include <numeric>

namespace camwall::http {
namespace {

using fuzz::must;

bool is_fine(const feed_key& x) {
  auto side = [](std::uint16_t n) {
    return n == 0 || (n >= picture_limits::side_min && n <= picture_limits::side_max);
  };
  return side(x.width) && side(x.height) && x.fps <= picture_limits::fps_max &&
         x.quality <= picture_limits::quality_max;
}

struct message_check {
  void operator()(const subscribe_message& x) const {
    must(is_fine(x.what), "a picture beyond its limits");
  }

  void operator()(const unsubscribe_message& /*x*/) const {
    // nop
  }

  void operator()(const report_message& x) const {
    must(x.tiles.size() <= report_limits::tiles_max, "a report beyond its limits");
    for (const auto& tile : x.tiles) {
      must(tile.stalls <= report_limits::stalls_max &&
             (!tile.latency ||
              (tile.latency->count() >= 0 && *tile.latency <= report_limits::latency_max)),
           "a tile beyond its limits");
      must(tile.frames <= report_limits::frames_max &&
             std::accumulate(tile.steps.begin(), tile.steps.end(), std::size_t{0}) <=
               report_limits::steps_kinds_max * report_limits::steps_max,
           "sums beyond their limits");
    }
  }

  void operator()(const bad_message& x) const {
    must(!x.detail.empty(), "no word on what was expected");
    must(is_utf8(notice_text("bad_message", x.channel, x.detail)), "an answer that is no UTF-8");
  }
};

void check_query(std::string_view text) {
  request x;
  x.path = "/ws/stream";
  x.query = text;
  auto asked = parse_stream_query(x);
  if (asked)
    must(is_fine(asked->what), "a picture beyond its limits");
  else
    must(!asked.error().empty() && is_utf8(asked.error()), "an answer that is no UTF-8");
}

} // namespace
} // namespace camwall::http

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace camwall;
  fuzz::input in{data, size};
  http::check_query(in.line());
  std::visit(http::message_check{}, http::parse_client_message(in.rest()));
  return 0;
}
