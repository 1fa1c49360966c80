#pragma once

#include "media/worker_protocol.hpp"

#include <sys/types.h>

namespace camwall::media {

/// Takes from a worker, just after it was cloned, what it must not have: a life of its own without
/// its server `parent`, new privileges, a memory that others may read, core dumps. Returns false
/// when `parent` is gone already.
bool confine_clone(pid_t parent) noexcept;

/// Limits the worker to its task. Called once its order is known and before the first byte of a
/// camera is read; from then on it opens sockets, the resolver's files and files in its output
/// folder, and executes nothing.
void confine(const open_order& job) noexcept;

} // namespace camwall::media
