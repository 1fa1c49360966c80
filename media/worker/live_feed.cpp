#include "media/worker/live_feed.hpp"

#include "media/worker/init_segment.hpp"
#include "media/worker/log.hpp"
#include "media/worker/timestamps.hpp"
#include "media/worker/ts_writer.hpp"

namespace camwall::media {

namespace {

constexpr std::size_t length_bytes = 4;

/// Writes the NAL units behind lengths, without parameter sets and delimiters: as fMP4 has them.
void append_length_prefixed(bytes& to, video_codec codec, byte_view annex_b) {
  nal_reader in{annex_b};
  while (auto nal = in.next()) {
    switch (kind_of(codec, *nal)) {
      case nal_kind::vps:
      case nal_kind::sps:
      case nal_kind::pps:
      case nal_kind::delimiter:
        break;
      default:
        append_nal(to, nal_framing::length_prefixed, *nal);
    }
  }
}

void append_byte_stream(bytes& to, byte_view length_prefixed) {
  while (length_prefixed.size() > length_bytes) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < length_bytes; ++i)
      n = n << 8 | length_prefixed[i];
    length_prefixed = length_prefixed.subspan(length_bytes);
    n = std::min(n, length_prefixed.size());
    append_nal(to, nal_framing::start_codes, length_prefixed.first(n));
    length_prefixed = length_prefixed.subspan(n);
  }
}

class fmp4_feed final : public live_feed {
public:
  fmp4_feed(media_link& link, std::uint32_t id, bool sound) : link_(link), id_(id), sound_(sound) {
    // nop
  }

  void push(const live_sample& x) override {
    if (x.is_sound)
      return push_sound(x);
    if (x.tracks != introduced_ || x.discontinuity) {
      introduced_.reset();
      if (!x.what.keyframe || !introduce(x))
        return;
    }
    chunk_.clear();
    if (x.tracks->framing == nal_framing::length_prefixed) {
      append_chunk(chunk_, ++chunks_, {&x.what, 1});
    } else {
      converted_.data.clear();
      append_length_prefixed(converted_.data, x.tracks->codec, x.what.data);
      converted_.pts = x.what.pts;
      converted_.dts = x.what.dts;
      converted_.duration = x.what.duration;
      converted_.keyframe = x.what.keyframe;
      append_chunk(chunk_, ++chunks_, {&converted_, 1});
    }
    link_.send(id_, {.kind = chunk_kind::video,
                     .keyframe = x.what.keyframe,
                     .discontinuity = x.discontinuity,
                     .capture_us = x.capture_us,
                     .payload = chunk_});
  }

  void set_sound(bool on) override {
    bool begins = on && !sound_;
    sound_ = on;
    if (begins && introduced_ && introduced_->audio &&
        !send_init(*introduced_->audio, introduced_->audio_rate, 0, true))
      introduced_.reset();
  }

private:
  void push_sound(const live_sample& x) {
    if (!sound_ || x.tracks != introduced_)
      return;
    chunk_.clear();
    append_chunk(chunk_, ++sound_chunks_, {&x.what, 1});
    link_.send(id_, {.kind = chunk_kind::audio, .capture_us = x.capture_us, .payload = chunk_});
  }

  bool introduce(const live_sample& x) {
    const auto& with = *x.tracks;
    feed_description what{.video_mime = "video/mp4; codecs=\"" + with.video_codecs + '"',
                          .audio_mime = {},
                          .width = with.width,
                          .height = with.height};
    if (with.audio)
      what.audio_mime = "audio/mp4; codecs=\"" + with.audio_codecs + '"';
    if (!link_.describe(id_, what) ||
        !send_init(*with.video, static_cast<int>(ticks_per_second), x.capture_us, false))
      return false;
    if (sound_ && with.audio && !send_init(*with.audio, with.audio_rate, x.capture_us, true))
      return false;
    introduced_ = x.tracks;
    return true;
  }

  bool send_init(const AVCodecParameters& of, int time_scale, std::uint64_t capture_us,
                 bool sound) {
    auto init = make_init_segment(of, time_scale);
    if (!init) {
      log_line("live: unusable parameters: " + init.error());
      return false;
    }
    return link_.send(
      id_, {.kind = chunk_kind::init, .sound = sound, .capture_us = capture_us, .payload = *init});
  }

  media_link& link_;
  std::uint32_t id_;
  bool sound_;
  live_tracks_ptr introduced_; ///< What the server's end was told.
  bytes chunk_;
  sample converted_;
  std::uint32_t chunks_ = 0;
  std::uint32_t sound_chunks_ = 0;
};

class ts_feed final : public live_feed {
public:
  ts_feed(media_link& link, std::uint32_t id) : link_(link), id_(id) {
    // nop
  }

  void push(const live_sample& x) override {
    if (x.is_sound)
      return push_sound(x);
    if (x.tracks != introduced_ || x.discontinuity) {
      introduced_.reset();
      if (!x.what.keyframe || !introduce(x))
        return;
    }
    if (x.what.keyframe) {
      // What is there of the sound belongs behind the last picture: a keyframe's packets begin with
      // the tables.
      if (!writer_->flush())
        return give_up();
      send(false, false, x.capture_us);
      writer_->resend_tables();
    }
    picture_.data.clear();
    append_annex_b(picture_.data, x);
    picture_.pts = x.what.pts;
    picture_.dts = x.what.dts;
    picture_.duration = x.what.duration;
    picture_.keyframe = x.what.keyframe;
    if (!writer_->write_video(picture_) || !writer_->flush())
      return give_up();
    send(x.what.keyframe, x.discontinuity, x.capture_us);
  }

  /// It is in the packets anyway.
  void set_sound(bool) override {
    // nop
  }

private:
  void push_sound(const live_sample& x) {
    if (x.tracks == introduced_ && x.tracks->audio && !writer_->write_audio(x.what))
      give_up();
  }

  bool introduce(const live_sample& x) {
    auto made = ts_writer::open(*x.tracks->video, x.tracks->audio.get(), x.tracks->audio_rate);
    if (!made) {
      log_line("live: " + made.error().detail);
      return false;
    }
    writer_ = std::move(*made);
    if (!link_.describe(id_, {.video_mime = "video/mp2t",
                              .audio_mime = {},
                              .width = x.tracks->width,
                              .height = x.tracks->height}))
      return false;
    introduced_ = x.tracks;
    return true;
  }

  void send(bool keyframe, bool discontinuity, std::uint64_t capture_us) {
    if (!writer_->ready().empty())
      link_.send(id_, {.kind = chunk_kind::video,
                       .keyframe = keyframe,
                       .discontinuity = discontinuity,
                       .capture_us = capture_us,
                       .payload = writer_->ready()});
    writer_->clear();
  }

  /// The next keyframe begins anew.
  void give_up() {
    log_line("live: MPEG-TS cannot be made of this picture");
    introduced_.reset();
  }

  media_link& link_;
  std::uint32_t id_;
  live_tracks_ptr introduced_;
  std::unique_ptr<ts_writer> writer_;
  sample picture_;
};

parameters_ptr copy_of(const AVCodecParameters& x) {
  parameters_ptr out{avcodec_parameters_alloc()};
  avcodec_parameters_copy(out.get(), &x);
  return out;
}

} // namespace

live_tracks::live_tracks(const video_track& picture, const audio_track* sound)
  : codec(picture.codec()),
    framing(picture.framing()),
    video(video_parameters(picture)),
    parameter_sets(picture.extradata()),
    video_codecs(picture.format().codecs),
    width(picture.format().width),
    height(picture.format().height) {
  if (sound == nullptr)
    return;
  audio = copy_of(sound->parameters());
  audio_codecs = sound->codecs();
  audio_rate = sound->rate();
}

void append_annex_b(bytes& to, const live_sample& picture) {
  if (picture.tracks->framing == nal_framing::start_codes) {
    append(to, picture.what.data); // Has its parameter sets.
    return;
  }
  if (picture.what.keyframe)
    append(to, picture.tracks->parameter_sets);
  append_byte_stream(to, picture.what.data);
}

live_feed_ptr make_fmp4_feed(media_link& link, std::uint32_t id, bool sound) {
  return std::make_unique<fmp4_feed>(link, id, sound);
}

live_feed_ptr make_ts_feed(media_link& link, std::uint32_t id) {
  return std::make_unique<ts_feed>(link, id);
}

} // namespace camwall::media
