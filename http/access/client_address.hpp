#pragma once

#include "core/ip_range.hpp"
#include "http/request.hpp"

#include <vector>

namespace camwall::http {

/// Fills `client`, `forwarded` and `secure` of `x` from what proxies have written
/// (`X-Forwarded-For` and `X-Forwarded-Proto`, or `Forwarded`, RFC 7239). Believed is only a peer
/// among `trusted`, and of a chain of addresses the last one that is not itself a trusted proxy:
/// what stands before it anybody can have written. With both sorts of fields at once neither is
/// believed, because a proxy writes one of them and lets the other pass.
void find_client(request& x, const std::vector<ip_range>& trusted);

} // namespace camwall::http
