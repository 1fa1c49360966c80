#pragma once

#include <span>

namespace camwall::media {

/// Where the zygote finds its control socket.
inline constexpr int control_fd = 3;

/// Where a worker finds its media channel.
inline constexpr int media_fd = 4;

/// The process that makes workers: single-threaded, its libraries loaded and warm, so that a worker
/// costs a millisecond and shares its pages. Returns at the end of the control socket.
///
/// One request is one packet, `{"camera": …, "stream": …}`, with three descriptors: the worker's
/// socket, its stderr and its media channel. The answer is `{"pid": …}` or `{"error": …}`. `title`
/// is the memory of the command line, which workers overwrite.
int run_zygote(std::span<char> title);

} // namespace camwall::media
