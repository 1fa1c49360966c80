#include "media/message_fields.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>

namespace camwall::media::fields {

std::string text(const json& from, const char* key, std::size_t bytes_max) {
  auto i = from.find(key);
  if (i == from.end() || !i->is_string() || i->get_ref<const std::string&>().size() > bytes_max)
    throw bad_field{std::string{key} + " is not a text of at most " + std::to_string(bytes_max) +
                    " bytes"};
  return i->get<std::string>();
}

std::uint64_t count(const json& from, const char* key) {
  auto i = from.find(key);
  if (i == from.end() || !i->is_number_unsigned())
    throw bad_field{std::string{key} + " is not a whole number"};
  return i->get<std::uint64_t>();
}

int dimension(const json& from, const char* key) {
  auto x = count(from, key);
  if (x > 65535)
    throw bad_field{std::string{key} + " is over 65535"};
  return static_cast<int>(x);
}

double real(const json& from, const char* key, double max, double min) {
  auto i = from.find(key);
  if (i == from.end() || !i->is_number())
    throw bad_field{std::string{key} + " is not a number"};
  auto x = i->get<double>();
  if (!std::isfinite(x) || x < min || x > max)
    throw bad_field{std::string{key} + " is out of range"};
  return x;
}

std::string printable(const json& from, const char* key, std::size_t bytes_max) {
  auto x = text(from, key, bytes_max);
  for (auto c : x)
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e)
      throw bad_field{std::string{key} + " holds what is not printable ASCII"};
  return x;
}

bool flag(const json& from, const char* key) {
  auto i = from.find(key);
  if (i == from.end() || !i->is_boolean())
    throw bad_field{std::string{key} + " is not true or false"};
  return i->get<bool>();
}

std::uint16_t tiny(const json& from, const char* key) {
  auto x = count(from, key);
  if (x > 65535)
    throw bad_field{std::string{key} + " is over 65535"};
  return static_cast<std::uint16_t>(x);
}

std::uint32_t feed_id(const json& from, const char* key) {
  auto x = count(from, key);
  if (x == 0 || x > std::numeric_limits<std::uint32_t>::max())
    throw bad_field{std::string{key} + " is no feed"};
  return static_cast<std::uint32_t>(x);
}

std::uint32_t small(const json& from, const char* key) {
  auto x = count(from, key);
  if (x > 1'000'000)
    throw bad_field{std::string{key} + " is over 1000000"};
  return static_cast<std::uint32_t>(x);
}

} // namespace camwall::media::fields
