#pragma once

#include "core/phase.hpp"

#include <string>

namespace camwall::media {

/// How far a session had come when it failed.
enum class session_stage : std::uint8_t {
  opening,  ///< Up to the answer to PLAY.
  starting, ///< PLAY was answered, no picture came yet.
  playing,
};

/// Says what a libav error means for a camera. `deadline_passed`: our own deadline made libav give
/// up, so that its error says nothing.
reason classify(int averror, session_stage stage, bool deadline_passed) noexcept;

/// Whether the status of an answer (0: not known) is that of a camera with one session too many,
/// 453 (RFC 2326 §11.3.9). libav has one error for all answers 4xx that have no name of their own
/// there.
bool means_busy(int status) noexcept;

/// libav's text for an error, e.g. `Server returned 401 Unauthorized (authorization failed)`.
std::string error_text(int averror);

} // namespace camwall::media
