#include "media/worker/init_segment.hpp"
#include "media/worker/muxer.hpp"
#include "media/worker/ts_writer.hpp"

namespace camwall::media {

namespace {

class ts_muxer final : public muxer {
public:
  ts_muxer(publisher& to, std::unique_ptr<ts_writer> writer) : to_(to), writer_(std::move(writer)) {
    // nop
  }

  /// Each keyframe carries them.
  status set_video(const video_track&) override {
    return {};
  }

  status write_video(const sample& x) override {
    if (auto done = writer_->write_video(x); !done)
      return done;
    return hand_over();
  }

  status write_audio(std::span<const sample> samples) override {
    for (const auto& x : samples)
      if (auto done = writer_->write_audio(x); !done)
        return done;
    return hand_over();
  }

  status end_segment() override {
    if (auto done = writer_->flush(); !done)
      return done;
    // Each segment can be played without the one before it.
    writer_->resend_tables();
    return hand_over();
  }

private:
  status hand_over() {
    auto done = to_.append_video(writer_->ready());
    writer_->clear();
    return done;
  }

  publisher& to_;
  std::unique_ptr<ts_writer> writer_;
};

} // namespace

tl::expected<muxer_base_ptr, failed> make_ts_muxer(publisher& to, const video_track& video,
                                                   const audio_track* audio) {
  auto writer =
    ts_writer::open(*video_parameters(video), audio == nullptr ? nullptr : &audio->parameters(),
                    audio == nullptr ? 0 : audio->rate());
  if (!writer)
    return tl::unexpected{writer.error()};
  return std::make_unique<ts_muxer>(to, std::move(*writer));
}

} // namespace camwall::media
