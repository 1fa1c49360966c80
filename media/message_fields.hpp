#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

/// Reads single fields of a message from a process that is not trusted. Each throws `bad_field`
/// when the field is absent or not what it has to be.
namespace camwall::media::fields {

/// Says what is wrong without quoting the message.
struct bad_field {
  std::string what;
};

using nlohmann::json;

std::string text(const json& from, const char* key, std::size_t bytes_max = 4096);

/// A text that may be printed to a terminal: ASCII without control characters.
std::string printable(const json& from, const char* key, std::size_t bytes_max);

bool flag(const json& from, const char* key);
double real(const json& from, const char* key, double max = 1e15, double min = 0);
std::uint64_t count(const json& from, const char* key);
std::uint32_t small(const json& from, const char* key);   ///< Up to a million.
std::uint16_t tiny(const json& from, const char* key);    ///< Up to 65535.
std::uint32_t feed_id(const json& from, const char* key); ///< Not 0.
int dimension(const json& from, const char* key);         ///< In pixels, up to 65535.

} // namespace camwall::media::fields
