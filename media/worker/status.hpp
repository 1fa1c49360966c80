#pragma once

#include "media/worker_protocol.hpp"

#include <tl/expected.hpp>

namespace camwall::media {

/// What a step of the pipeline gives: nothing, or why the worker cannot go on.
using status = tl::expected<void, failed>;

inline tl::unexpected<failed> fail(camwall::reason why, std::string detail) {
  return tl::unexpected{failed{.why = why, .detail = std::move(detail)}};
}

} // namespace camwall::media
