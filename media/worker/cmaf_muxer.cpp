#include "media/worker/init_segment.hpp"
#include "media/worker/muxer.hpp"
#include "media/worker/timestamps.hpp"

namespace camwall::media {

namespace {

class cmaf_muxer final : public muxer {
public:
  explicit cmaf_muxer(publisher& to) : to_(to) {
    // nop
  }

  status set_video(const video_track& track) override {
    auto init = make_init_segment(*video_parameters(track), ticks_per_second);
    if (!init)
      return fail(reason::protocol, "unusable parameter sets: " + init.error());
    return to_.set_video_init(*init);
  }

  status set_audio(const audio_track& track) {
    auto init = make_init_segment(track.parameters(), track.rate());
    if (!init)
      return fail(reason::protocol, "unusable sound parameters: " + init.error());
    to_.add_audio();
    return to_.set_audio_init(*init);
  }

  /// One chunk per access unit, so that a chunk can be sent on as soon as its picture is there.
  status write_video(const sample& x) override {
    chunk_.clear();
    append_chunk(chunk_, ++video_chunks_, {&x, 1});
    return to_.append_video(chunk_);
  }

  status write_audio(std::span<const sample> samples) override {
    chunk_.clear();
    append_chunk(chunk_, ++audio_chunks_, samples);
    return to_.append_audio(chunk_);
  }

  status end_segment() override {
    return {};
  }

private:
  publisher& to_;
  bytes chunk_;
  std::uint32_t video_chunks_ = 0;
  std::uint32_t audio_chunks_ = 0;
};

} // namespace

tl::expected<muxer_base_ptr, failed> make_cmaf_muxer(publisher& to, const video_track& video,
                                                     const audio_track* audio) {
  auto out = std::make_unique<cmaf_muxer>(to);
  if (auto done = out->set_video(video); !done)
    return tl::unexpected{done.error()};
  if (audio != nullptr)
    if (auto done = out->set_audio(*audio); !done)
      return tl::unexpected{done.error()};
  return out;
}

} // namespace camwall::media
