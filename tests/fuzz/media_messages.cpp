/// Packets of the media channel, each after a byte that gives its size.

#include "media/media_message.hpp"
#include "media/server/media_guard.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace camwall::media {
namespace {

using fuzz::must;

void check_description(std::string_view text) {
  auto x = decode_description(text);
  if (!x)
    return;
  must(!fuzz::holds_control(x->video_mime) && !fuzz::holds_control(x->audio_mime),
       "a type that is no text");
  auto again = decode_description(encode(*x));
  must(again.has_value() && *again == *x, "a description that comes back changed");
}

void check(fuzz::input in) {
  auto now = media_guard::clock::time_point{};
  media_guard guard{now};
  while (!in.empty()) {
    auto packet = in.take(in.byte());
    if (auto header = decode_media_header(packet)) {
      auto bytes = encode(*header);
      must(std::string_view{bytes.data(), bytes.size()} == packet.substr(0, bytes.size()),
           "a header that comes back changed");
    }
    if (guard.take(packet, now) != media_guard::verdict::fine) {
      must(!guard.complaint().empty(), "a verdict without a reason");
      return;
    }
    if (auto whole = guard.take_whole()) {
      must(whole->payload.size() <= media_chunk_bytes_max, "a chunk that is too large");
      check_description(whole->payload);
    }
  }
}

} // namespace
} // namespace camwall::media

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  camwall::media::check({data, size});
  return 0;
}
