#pragma once

#include "http/websocket/session.hpp"

#include <cstdint>
#include <string>

namespace camwall::http {

/// A WebSocket that is accepted only to be told why it is not served: browsers show the close code
/// to the page, but nothing of an answer other than 101. `text`, unless it is empty, is sent before
/// the close.
session_factory refusing(std::uint16_t code, std::string reason, std::string text = {});

} // namespace camwall::http
