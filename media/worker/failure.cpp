#include "media/worker/failure.hpp"

#include "media/worker/libav.hpp"

#include <array>

namespace camwall::media {

reason classify(int averror, session_stage stage, bool deadline_passed) noexcept {
  if (deadline_passed)
    return stage == session_stage::opening ? reason::timeout : reason::stalled;
  switch (averror) {
    case AVERROR_HTTP_UNAUTHORIZED:
    case AVERROR_HTTP_FORBIDDEN:
      return reason::auth;
    case AVERROR_HTTP_NOT_FOUND:
      return reason::not_found;
    case AVERROR_HTTP_OTHER_4XX: // 453 Not Enough Bandwidth is what cameras answer to one session
                                 // too many.
      return reason::busy;
    case AVERROR(ECONNREFUSED):
      return reason::refused;
    case AVERROR(EHOSTUNREACH):
    case AVERROR(ENETUNREACH):
    case AVERROR(ENETDOWN):
      return reason::unreachable;
    case AVERROR(ETIMEDOUT):
      return stage == session_stage::opening ? reason::timeout : reason::stalled;
    case AVERROR(EPROTONOSUPPORT):
      return reason::transport;
    case AVERROR(ENOMEM):
    case AVERROR(EMFILE):
    case AVERROR(ENFILE):
    case AVERROR(ENOBUFS):
      return reason::resources;
    default:
      return stage == session_stage::opening ? reason::protocol : reason::ended;
  }
}

bool means_busy(int status) noexcept {
  constexpr int not_enough_bandwidth = 453;
  return status == 0 || status == not_enough_bandwidth;
}

std::string error_text(int averror) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(averror, text.data(), text.size());
  return text.data();
}

} // namespace camwall::media
