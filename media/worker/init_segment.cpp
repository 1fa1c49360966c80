#include "media/worker/init_segment.hpp"

#include "media/worker/failure.hpp"

namespace camwall::media {

namespace {

int write_header(AVFormatContext& muxer, const AVCodecParameters& parameters, int time_scale) {
  auto* stream = avformat_new_stream(&muxer, nullptr);
  if (stream == nullptr)
    return AVERROR(ENOMEM);
  if (auto error = avcodec_parameters_copy(stream->codecpar, &parameters); error < 0)
    return error;
  stream->codecpar->codec_tag =
    parameters.codec_id == AV_CODEC_ID_HEVC ? MKTAG('h', 'v', 'c', '1') : 0;
  stream->time_base = {1, time_scale};
  AVDictionary* options = nullptr;
  av_dict_set(&options, "movflags", "frag_custom+empty_moov+default_base_moof+skip_trailer+cmaf",
              0);
  av_dict_set(&options, "use_editlist", "0", 0);
  auto error = avformat_write_header(&muxer, &options);
  av_dict_free(&options);
  return error;
}

} // namespace

parameters_ptr video_parameters(const video_track& track) {
  parameters_ptr out{avcodec_parameters_alloc()};
  out->codec_type = AVMEDIA_TYPE_VIDEO;
  out->codec_id = track.codec() == video_codec::h264 ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC;
  out->width = track.format().width;
  out->height = track.format().height;
  auto sets = track.extradata();
  out->extradata =
    static_cast<std::uint8_t*>(av_mallocz(sets.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  if (out->extradata != nullptr && !sets.empty()) {
    std::memcpy(out->extradata, sets.data(), sets.size());
    out->extradata_size = static_cast<int>(sets.size());
  }
  return out;
}

tl::expected<bytes, std::string> make_init_segment(const AVCodecParameters& parameters,
                                                   int time_scale) {
  AVFormatContext* context = nullptr;
  if (auto error = avformat_alloc_output_context2(&context, nullptr, "mp4", nullptr); error < 0)
    return tl::unexpected{error_text(error)};
  muxer_ptr muxer{context};
  if (auto error = avio_open_dyn_buf(&muxer->pb); error < 0)
    return tl::unexpected{error_text(error)};
  auto error = write_header(*muxer, parameters, time_scale);
  std::uint8_t* data = nullptr;
  auto size = avio_close_dyn_buf(muxer->pb, &data);
  muxer->pb = nullptr;
  bytes out{data, data + size};
  av_free(data);
  if (error < 0)
    return tl::unexpected{error_text(error)};
  return out;
}

} // namespace camwall::media
