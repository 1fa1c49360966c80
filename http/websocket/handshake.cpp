#include "http/websocket/handshake.hpp"

#include "http/authorize.hpp"
#include "http/problem.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::string_view accept_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view version = "13";
constexpr std::size_t key_chars = 24; // 16 bytes in base64.
constexpr std::size_t subprotocol_chars_max = 64;

// A list may be spread over several fields (RFC 9110 §5.3).
bool fields_hold(const request& x, std::string_view name, std::string_view word) noexcept {
  for (const auto& field : x.headers)
    if (equal_ignoring_case(field.name, name) && list_holds(field.value, word))
      return true;
  return false;
}

int count_fields(const request& x, std::string_view name) noexcept {
  int n = 0;
  for (const auto& field : x.headers)
    n += equal_ignoring_case(field.name, name) ? 1 : 0;
  return n;
}

// Sixteen bytes in base64: 22 digits, the last of which holds two bits, and two signs that fill.
bool is_key(std::string_view key) noexcept {
  constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::string_view last_digits = "AQgw";
  constexpr std::string_view filling = "==";
  return key.size() == key_chars && key.ends_with(filling) &&
         key.substr(0, key_chars - 2).find_first_not_of(digits) == std::string_view::npos &&
         last_digits.find(key[key_chars - 3]) != std::string_view::npos;
}

response upgrade_required() {
  auto out = problem(426, "upgrade_required",
                     "This path speaks WebSocket, version 13 (RFC 6455), over HTTP/1.1 GET.");
  out.add("Upgrade", "websocket");
  out.add("Sec-WebSocket-Version", version);
  return out;
}

// The first item of the list, when it is a token (RFC 9110 §5.6.2) of sensible length.
std::string_view first_subprotocol(const request& x) noexcept {
  auto list = x.header("Sec-WebSocket-Protocol");
  auto first = trim(list.substr(0, list.find(',')));
  return first.size() <= subprotocol_chars_max && is_token(first) ? first : std::string_view{};
}

} // namespace

std::string accept_token(std::string_view key) {
  std::string text{key};
  text.append(accept_guid);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("SHA-1 is not available");
  std::array<unsigned char, std::size_t{2} * EVP_MAX_MD_SIZE> encoded{};
  auto n = EVP_EncodeBlock(encoded.data(), hash.data(), static_cast<int>(size));
  return {encoded.begin(), encoded.begin() + n};
}

response accept_websocket(const request& x, session_factory make, subprotocol answer) {
  if (x.method != method::get || x.minor_version == 0 || !fields_hold(x, "Upgrade", "websocket") ||
      !fields_hold(x, "Connection", "upgrade") || x.header("Sec-WebSocket-Version") != version)
    return upgrade_required();
  auto key = x.header("Sec-WebSocket-Key");
  if (count_fields(x, "Sec-WebSocket-Key") != 1 || !is_key(key))
    return problem(400, "bad_websocket_key",
                   "Sec-WebSocket-Key must occur once and be 16 bytes in base64.");
  if (!x.body.empty())
    return problem(400, "unexpected_body", "A WebSocket handshake has no body.");
  if (is_cross_origin(x))
    return problem(403, "cross_origin", "A page of another origin may not open this socket.");
  response out;
  out.status = 101;
  out.add("Upgrade", "websocket");
  out.add("Sec-WebSocket-Accept", accept_token(key));
  if (auto chosen = first_subprotocol(x); answer == subprotocol::first_offered && !chosen.empty())
    out.add("Sec-WebSocket-Protocol", chosen);
  out.upgrade = std::move(make);
  return out;
}

} // namespace camwall::http
