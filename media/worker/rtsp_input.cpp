#include "media/worker/rtsp_input.hpp"

#include "core/address_rule.hpp"
#include "media/worker/connect_guard.hpp"
#include "media/worker/log.hpp"

#include <netdb.h>

#include <array>
#include <cerrno>
#include <cmath>

namespace camwall::media {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds teardown_deadline{500};

/// libav's own time-out must not be the one that fires: it is reported late and without a cause.
constexpr double library_margin_s = 5.0;

struct addresses_deleter {
  void operator()(addrinfo* x) const noexcept {
    ::freeaddrinfo(x);
  }
};

/// An entry that cannot be read permits nothing.
address_rule rule_of(const std::vector<std::string>& entries) {
  std::vector<permitted_peers> out;
  for (const auto& text : entries)
    if (auto x = parse_permitted_peers(text))
      out.push_back(*x);
  return address_rule{out};
}

/// One address that is not permitted spoils all of a name's: libav might take that one.
status permit(const addrinfo* found, std::uint16_t port, const address_rule& rule) {
  std::vector<peer_address> peers;
  for (const auto* x = found; x != nullptr; x = x->ai_next) {
    auto peer = to_peer(x->ai_addr, x->ai_addrlen);
    if (!peer || !rule.permits(peer->ip, port))
      return fail(reason::config,
                  "the address is, or its name means, one that is not permitted (adhoc.allow)");
    peers.push_back({.ip = peer->ip, .port = port});
  }
  the_connect_guard().allow_only(std::move(peers));
  return {};
}

/// libav reports a name that does not resolve as an I/O error. Asking first tells it apart.
status resolve(const session_plan& plan) {
  auto [host, port, password] = split_address(plan.url);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  auto error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  std::unique_ptr<addrinfo, addresses_deleter> owner{found};
  if (error != 0)
    return fail(reason::dns, "cannot resolve " + host + ": " + ::gai_strerror(error));
  if (plan.only)
    return permit(found, static_cast<std::uint16_t>(port), rule_of(*plan.only));
  return {};
}

/// Owns an AVDictionary.
struct options {
  AVDictionary* items = nullptr;

  options() = default;
  options(const options&) = delete;
  options& operator=(const options&) = delete;
  ~options() {
    av_dict_free(&items);
  }

  void set(const char* key, const std::string& value) {
    av_dict_set(&items, key, value.c_str(), 0);
  }
};

void fill(options& x, const session_plan& plan, const std::string& transport) {
  auto longest_s = std::max(plan.open_deadline_s, plan.read_deadline_s) + library_margin_s;
  x.set("rtsp_transport", transport);
  x.set("timeout", std::to_string(std::llround(longest_s * 1e6)));
  x.set("allowed_media_types", plan.audio ? "video+audio" : "video");
  // A camera names the address that its UDP packets are to be answered to.
  x.set("protocol_whitelist", plan.only ? "rtsp,tcp" : "rtsp,rtp,tcp,udp");
  x.set("user_agent", "camwall");
}

/// Opens with one transport. Returns libav's error.
int open_with(const session_plan& plan, const std::string& transport, watch& guard,
              AVFormatContext*& out) {
  auto* context = avformat_alloc_context();
  if (context == nullptr)
    return AVERROR(ENOMEM);
  // What RTP packets carried, as it is: `access_units` joins it, `video_clock` gives it times.
  context->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
  context->interrupt_callback = {.callback = watch::interrupt, .opaque = &guard};
  options keys;
  fill(keys, plan, transport);
  auto* format =
    av_find_input_format("rtsp"); // Whatever the address says, nothing but RTSP is opened.
  if (auto error = avformat_open_input(&context, plan.url.c_str(), format, &keys.items); error < 0)
    return error; // It has freed the context.
  // An option that libav does not know is dropped without a word: a misspelt time-out would never
  // be noticed.
  if (const auto* left = av_dict_get(keys.items, "", nullptr, AV_DICT_IGNORE_SUFFIX))
    log_line(std::string{"libav knows no option "} + left->key);
  out = context;
  return 0;
}

std::optional<video_codec> known_codec(AVCodecID id) {
  if (id == AV_CODEC_ID_H264)
    return video_codec::h264;
  if (id == AV_CODEC_ID_HEVC)
    return video_codec::h265;
  return std::nullopt;
}

tl::unexpected<failed> open_failure(int error, bool late, double deadline_s) {
  auto why = classify(error, session_stage::opening, late);
  if (const auto& where = the_connect_guard().refused_redirect(); !where.empty())
    return fail(reason::protocol,
                "the camera sends us on to " + where + ", which is not followed; use that address");
  if (the_connect_guard().refused_peer())
    return fail(reason::config,
                "the name means another address than when it was checked (adhoc.allow)");
  if (late)
    return fail(why, "no answer to the RTSP requests within " +
                       std::to_string(std::lround(deadline_s)) + " s");
  if (why == reason::busy && !means_busy(last_refusal_status()))
    return fail(reason::protocol,
                "a request was answered with status " + std::to_string(last_refusal_status()));
  return fail(why, without_secrets(error_text(error)));
}

} // namespace

int watch::interrupt(void* self) {
  auto* x = static_cast<watch*>(self);
  return x->deadline_passed() || x->stop_requested() ? 1 : 0;
}

rtsp_address split_address(const std::string& url) {
  std::array<char, 16> scheme{};
  std::array<char, 1024> user{};
  std::array<char, 256> host{};
  std::array<char, 1024> path{};
  int port = -1;
  av_url_split(scheme.data(), scheme.size(), user.data(), user.size(), host.data(), host.size(),
               &port, path.data(), path.size(), url.c_str());
  rtsp_address out{.host = host.data(), .port = port < 0 ? 554 : port, .password = {}};
  std::string_view login{user.data()};
  if (auto colon = login.find(':'); colon != std::string_view::npos)
    out.password = login.substr(colon + 1);
  return out;
}

tl::expected<std::unique_ptr<rtsp_input>, failed> rtsp_input::open(const session_plan& plan,
                                                                   watch& guard) {
  if (!plan.redirects)
    the_connect_guard().forbid_redirects();
  if (auto resolved = resolve(plan); !resolved)
    return tl::unexpected{resolved.error()};
  AVFormatContext* context = nullptr;
  auto transport = plan.only ? std::string{"tcp"} : plan.transport;
  auto error = open_with(plan, transport, guard, context);
  if (error == AVERROR(EPROTONOSUPPORT) && !plan.only) {
    transport = transport == "tcp" ? "udp" : "tcp";
    log_line("the camera refuses transport " + plan.transport + ", trying " + transport);
    error = open_with(plan, transport, guard, context);
  }
  if (error < 0)
    return open_failure(error, guard.deadline_passed(), plan.open_deadline_s);
  std::unique_ptr<rtsp_input> out{new rtsp_input{context, guard}};
  out->transport_ = std::move(transport);
  if (auto found = out->find_tracks(plan.any_video); !found)
    return tl::unexpected{found.error()};
  return out;
}

rtsp_input::~rtsp_input() {
  guard_.ignore_stop();
  guard_.set_deadline(steady_clock::now() + teardown_deadline);
  avformat_close_input(&context_);
}

status rtsp_input::find_tracks(bool any_video) {
  std::optional<track> other;
  for (unsigned i = 0; i < context_->nb_streams; ++i) {
    auto* stream = context_->streams[i];
    const auto* parameters = stream->codecpar;
    track found{
      .index = static_cast<int>(i), .parameters = parameters, .time_base = stream->time_base};
    if (parameters->codec_type == AVMEDIA_TYPE_AUDIO && !audio_)
      audio_ = found;
    if (parameters->codec_type != AVMEDIA_TYPE_VIDEO || video_.index >= 0)
      continue;
    if (auto codec = known_codec(parameters->codec_id)) {
      video_ = found;
      codec_ = *codec;
    } else {
      other = found;
    }
  }
  if (video_.index >= 0)
    return {};
  if (other) {
    std::string name{avcodec_get_name(other->parameters->codec_id)};
    if (!any_video)
      return fail(reason::unsupported_codec, "video is " + name + ", neither H.264 nor H.265");
    video_ = *other;
    other_codec_ = std::move(name);
    return {};
  }
  return fail(reason::no_video, "the camera offers no video");
}

std::optional<std::chrono::microseconds> rtsp_input::begin_at_camera() const noexcept {
  if (context_->start_time_realtime == AV_NOPTS_VALUE)
    return std::nullopt;
  return std::chrono::microseconds{context_->start_time_realtime};
}

int rtsp_input::read(AVPacket& into) {
  return av_read_frame(context_, &into);
}

} // namespace camwall::media
