#pragma once

#include "media/worker/rendition_decoder.hpp"
#include "media/worker/rendition_encoder.hpp"
#include "media/worker/rendition_scaler.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace camwall::media {

/// What `rendition_thread` does with each picture: decodes it once, brings it once to each size,
/// and encodes it for each rendition that wants it. One thread.
class rendition_worker {
public:
  /// A rendition that got nothing for so long gets a late picture after all: an old one is better
  /// than none. In 1/90000 s.
  static constexpr std::int64_t silence_ticks_max = 90'000;

  using receiver = std::function<void(rendition_output&&)>;

  struct circumstances {
    bool late = false;           ///< Much newer pictures are there already.
    bool alone = false;          ///< A keyframe whose successors do not come.
    std::int64_t newest_pts = 0; ///< Of all that came.
  };

  rendition_worker(video_codec codec, receiver take);

  void want(const std::vector<rendition>& what);

  /// Whether keyframes are often enough for all renditions when they come each `keyframe_ticks`.
  bool needs_keyframes_only(std::int64_t keyframe_ticks) const noexcept;

  void take(const coded_picture& x, circumstances now);

  /// Adds what was done since the last call.
  void add_to(rendition_counts& sums);

  /// Those since the last call.
  std::vector<rendition_refusal> take_refusals();

private:
  struct series {
    explicit series(const rendition& x) : what(x), pace(x.fps) {
      // nop
    }

    rendition what;
    rendition_pace pace;
    picture_size size;
    rendition_encoder_ptr encoder;
    std::optional<std::int64_t> last_pts; ///< Of the last picture that it got, or missed first.
    bool refused = false;
  };

  bool is_silent(const series& x, std::int64_t pts) const noexcept;
  bool anybody_silent(std::int64_t pts) const noexcept;
  void show(const shown_picture& x, bool late);
  tl::expected<void, std::string> encode(series& to, const shown_picture& x);
  void refuse(series& x, std::string why);
  void refuse_all(const std::string& why);

  video_codec codec_;
  receiver take_;
  std::unique_ptr<rendition_decoder> decoder_;
  rendition_scaler scaler_;
  std::vector<series> series_;
  std::vector<rendition_refusal> refusals_;
  rendition_counts counts_;
};

/// Uses decoder and encoders once, so that what they set up at first use is shared by all workers
/// that are cloned afterwards.
void warm_up_renditions();

} // namespace camwall::media
