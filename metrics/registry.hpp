#pragma once

#include <prometheus/registry.h>

namespace camwall::metrics {

/// Wraps the library's registry so that headers which other rooms see need not include prometheus/.
struct registry {
  prometheus::Registry all;
};

} // namespace camwall::metrics
