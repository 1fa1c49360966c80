#pragma once

#include <string>
#include <string_view>

namespace camwall::media {

/// The worker's log is its stderr, which the server reads: lines that hold no secret, limited in
/// number, and never waited for: when nobody reads they are dropped.
///
/// Prints one line.
void log_line(std::string_view text);

/// Sends libav's own messages (warnings and worse) through `log_line`.
void log_libav();

/// The status of the last request that the camera answered with an error; 0 before the first. libav
/// tells it in its messages only.
int last_refusal_status() noexcept;

/// A text that no line may hold from now on, besides every URL's user information.
void log_never(std::string secret);

/// Returns `text` without secrets, on one line.
std::string without_secrets(std::string_view text);

} // namespace camwall::media
