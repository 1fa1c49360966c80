#pragma once

#include <tl/expected.hpp>

#include <string>

namespace camwall::media {

/// Takes all files from this thread but what a worker needs: see `enter_sandbox`. Where the kernel
/// can, signals to other processes, abstract sockets, and waiting for TCP connections are taken
/// too. The error is one sentence.
tl::expected<void, std::string> restrict_files(const std::string& folder);

} // namespace camwall::media
