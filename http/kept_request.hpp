#pragma once

#include "http/request.hpp"

#include <memory>

namespace camwall::http {

/// A copy of a request that is still whole when its connection's buffer is not: for answers that
/// come later.
std::shared_ptr<const request> keep(const request& x);

} // namespace camwall::http
