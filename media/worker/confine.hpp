#pragma once

#include <sys/types.h>

#include <cstdint>

namespace camwall::media {

/// Takes from a worker, just after it was cloned, what it must not have: a life of its own without
/// its server `parent`, new privileges, a memory that others may read, core dumps. Returns false
/// when `parent` is gone already.
bool confine_clone(pid_t parent) noexcept;

/// Limits the worker to its task. Called once its order is known and before the first byte of a
/// camera is read; from then on it opens sockets, the resolver's files and files in its output
/// folder, and executes nothing. `memory_mb` of 0: as much as there is.
void confine(std::uint32_t memory_mb) noexcept;

} // namespace camwall::media
