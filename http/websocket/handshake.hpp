#pragma once

#include "http/request.hpp"
#include "http/response.hpp"
#include "http/websocket/session.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace camwall::http {

/// What to answer a client that offers subprotocols (RFC 6455 §1.9).
enum class subprotocol : std::uint8_t {
  none,          ///< Nothing: the client may then give up, as the standard says.
  first_offered, ///< The first one, whatever it is: for clients that offer one without meaning it.
};

/// The server's half of the opening handshake (RFC 6455 §4.2): a 101 that carries `make`, or an
/// error as problem+json: 426 when this is no WebSocket request of version 13, 400 when it is a
/// broken one, 403 when a page of another origin sent it. No extension is ever agreed to.
response accept_websocket(const request& x, session_factory make,
                          subprotocol answer = subprotocol::none);

/// `Sec-WebSocket-Accept` for a `Sec-WebSocket-Key` (RFC 6455 §4.2.2 step 5.4).
std::string accept_token(std::string_view key);

} // namespace camwall::http
