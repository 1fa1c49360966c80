#pragma once

#include "core/unique_fd.hpp"

namespace camwall::media {

/// The life of one worker: takes its order from the socket, works, says why it ends. `media` is its
/// end of the media channel. Returns the exit status, which is 0 for every end that was reported.
int run_worker(unique_fd socket, unique_fd media);

} // namespace camwall::media
