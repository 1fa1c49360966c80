#pragma once

#include "http/access/secrets.hpp"
#include "http/access/session_store.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace camwall::http {

/// What is remembered of logins from one start to the next.
struct access_state {
  session_store sessions;
  std::set<std::string, std::less<>> revoked; ///< Hashes of tokens.
  signing_key link_key = random_key();
};

/// Reads what `to_text` gave. `warning` is one sentence when something was there and could not
/// be used: it is set aside, and all sessions and links are gone.
access_state load_access_state(const std::filesystem::path& file, std::string& warning);

/// As text; holds the key of the links, but no password and no session's secret.
std::string to_text(const access_state& x);

} // namespace camwall::http
