/// What a worker reads of a camera's bytes itself: NAL units, parameter sets, AudioSpecificConfig,
/// the joining of RTP packets, and RTP within RTSP.

#include "media/worker/access_units.hpp"
#include "media/worker/audio_config.hpp"
#include "media/worker/interleaved.hpp"
#include "media/worker/video_format.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace camwall::media {
namespace {

using fuzz::must;

byte_view as_bytes(std::string_view x) {
  return {reinterpret_cast<const std::uint8_t*>(x.data()), x.size()};
}

void read_units(video_codec codec, byte_view stream) {
  std::size_t total = 0;
  nal_reader reader{stream};
  for (auto nal = reader.next(); nal; nal = reader.next()) {
    must(!nal->empty() && nal->data() >= stream.data() &&
           nal->data() + nal->size() <= stream.data() + stream.size(),
         "a unit outside of the stream");
    total += nal->size();
    kind_of(codec, *nal);
    auto format = read_sps(codec, *nal);
    if (format)
      must(
        format->width > 0 && format->height > 0 && format->reorder >= 0 && !format->codecs.empty(),
        "a picture without a size");
  }
  must(total <= stream.size(), "units larger than the stream");
}

void read_packets(video_codec codec, fuzz::input in) {
  access_units units{codec};
  units.set_interlaced((in.byte() & 1) != 0);
  std::size_t given = 0;
  std::size_t got = 0;
  std::int64_t pts = 0;
  while (!in.empty()) {
    auto head = in.byte();
    auto packet = as_bytes(in.take(head & 0x3f));
    if ((head & 0x40) != 0)
      pts += 3000;
    given += packet.size();
    if (auto unit = units.push(packet, pts))
      got += unit->data.size();
    if ((head & 0x80) != 0)
      if (auto unit = units.end_marked())
        got += unit->data.size();
    must(got + units.size() <= given, "more bytes than came");
  }
}

void read_interleaved(fuzz::input in) {
  interleaved_reader reader;
  while (!in.empty()) {
    std::size_t asked = in.byte();
    auto got = as_bytes(in.take(asked));
    reader.read(asked, got);
    reader.marks_end_of(got);
  }
}

void read_audio(byte_view data) {
  auto x = read_audio_config(data);
  if (!x)
    return;
  must(x->channels >= 0 && x->core_rate >= 0 && x->frame_samples > 0, "sound that cannot be");
  codecs_of(*x);
  silent_frame(*x);
}

} // namespace
} // namespace camwall::media

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace camwall;
  fuzz::input in{data, size};
  auto codec = (in.byte() & 1) != 0 ? media::video_codec::h265 : media::video_codec::h264;
  auto copy = in;
  auto stream = media::as_bytes(copy.rest());
  media::read_units(codec, stream);
  media::read_sps(codec, stream);
  media::read_audio(stream);
  media::read_packets(codec, in);
  media::read_interleaved(in);
  return 0;
}
