#pragma once

#include "http/response.hpp"

#include <span>
#include <string>
#include <string_view>

namespace camwall::http {

/// An error as `application/problem+json` (RFC 9457): `type title status detail code`. `code` is
/// the stable word that programs compare; `detail` is one sentence for people. Never cached.
response problem(int status, std::string_view code, std::string_view detail);

/// One of several things that are wrong.
struct problem_fault {
  std::string where; ///< A JSON pointer (RFC 6901) into the body; or `file:line:column`, or empty.
  std::string what;  ///< One sentence.
};

/// The same with a member `errors`, when there are any: `{"pointer": …, "detail": …}`, or
/// `location` instead of `pointer` for what is wrong in a file.
response problem(int status, std::string_view code, std::string_view detail,
                 std::span<const problem_fault> faults);

} // namespace camwall::http
