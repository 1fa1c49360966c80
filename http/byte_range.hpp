#pragma once

#include <cstdint>
#include <string_view>

namespace camwall::http {

/// What a `Range` field asks of a representation (RFC 9110 §14.2).
struct byte_range {
  enum class kind {
    whole,         ///< No range, several ranges, another unit or bad syntax: the field is ignored.
    part,          ///< `[offset, offset + size)`.
    unsatisfiable, ///< 416.
  };
  kind what = kind::whole;
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

byte_range parse_range(std::string_view field, std::uint64_t total) noexcept;

/// True when one of the entity tags in an `If-None-Match` field is `etag`, compared weakly, or the
/// field is `*` (RFC 9110 §13.1.2).
bool matches_etag(std::string_view field, std::string_view etag) noexcept;

} // namespace camwall::http
