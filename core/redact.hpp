#pragma once

#include <string>
#include <string_view>

namespace camwall {

/// Returns `text` with the user information of every URL in it (`scheme://user:password@host`)
/// replaced by `***`, and every `Authorization:` value cut off. For all text that did not originate
/// here: a worker's stderr, a library's error.
std::string redact(std::string_view text);

/// Returns `text` with each occurrence of `secret` (plain and percent-encoded) replaced by `***`.
/// Secrets shorter than three characters are left alone: they would blank ordinary words.
std::string redact_secret(std::string_view text, std::string_view secret);

/// Percent-encodes everything but the unreserved characters of RFC 3986 §2.3: fit for a URL's user
/// information.
std::string percent_encode(std::string_view text);

} // namespace camwall
