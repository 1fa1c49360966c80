/// What a client sends over a WebSocket.

#include "http/websocket/message_reader.hpp"
#include "http/websocket/utf8.hpp"
#include "tests/fuzz/fuzz_input.hpp"

#include <algorithm>
#include <string>

namespace camwall::http {
namespace {

using fuzz::must;

constexpr std::size_t message_bytes_max = 300;
constexpr std::size_t control_bytes_max = 125; // RFC 6455 §5.5.

void check(const client_message& x) {
  must(x.payload.size() <= message_bytes_max, "a message that is too long");
  if (x.kind == message_kind::text || x.kind == message_kind::close)
    must(is_utf8(x.payload), "text that is no UTF-8");
  if (x.kind != message_kind::text && x.kind != message_kind::binary)
    must(x.payload.size() <= control_bytes_max, "a control frame that is too long");
}

/// All that was said, and how it ended.
std::string read_in_pieces(std::string_view bytes, std::size_t step) {
  message_reader reader{message_bytes_max};
  std::string said;
  while (!bytes.empty()) {
    auto piece = bytes.substr(0, step);
    bytes.remove_prefix(piece.size());
    reader.give(piece);
    for (auto got = reader.next(); got != message_reader::result::none; got = reader.next()) {
      if (got == message_reader::result::failed) {
        must(reader.why().close_code >= 1000 && !reader.why().reason.empty(),
             "a failure without a reason");
        return said + "failed " + std::to_string(reader.why().close_code);
      }
      check(reader.message());
      said += std::to_string(static_cast<int>(reader.message().kind)) + ' ' +
              std::to_string(reader.message().close_code) + ' ';
      said.append(reader.message().payload).push_back('\n');
    }
  }
  return said + (reader.unfinished() != 0 ? "unfinished" : "idle");
}

} // namespace
} // namespace camwall::http

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace camwall;
  fuzz::input in{data, size};
  auto step = std::size_t{1} + in.byte() % 32;
  auto bytes = in.rest();
  fuzz::must(http::read_in_pieces(bytes, step) == http::read_in_pieces(bytes, bytes.size()),
             "pieces give other messages");
  return 0;
}
