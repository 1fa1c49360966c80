#include "media/worker/sandbox.hpp"

#include "media/worker/call_rules.hpp"
#include "media/worker/file_rules.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string_view>

namespace camwall::media {

namespace {

constexpr std::size_t services_max = 16;

bool is_canary() noexcept {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing changes the environment.
  const auto* value = ::getenv(sandbox_variable);
  return value != nullptr && std::string_view{value} == "log";
}

/// `hosts: files mdns4_minimal [NOTFOUND=return] dns` names libnss_mdns4_minimal.so.2, and two that
/// are part of the C library.
void load_services_of(const std::string& line) {
  std::istringstream words{line};
  std::string word;
  words >> word;
  if (word != "hosts:")
    return;
  for (std::size_t n = 0; n < services_max && words >> word && word[0] != '#'; ++n)
    if (word.find_first_of("[]=/") == std::string::npos)
      ::dlopen(("libnss_" + word + ".so.2").c_str(), RTLD_NOW);
}

} // namespace

void load_name_services() noexcept {
  std::ifstream in{"/etc/nsswitch.conf"};
  for (std::string line; std::getline(in, line);)
    load_services_of(line);
}

tl::expected<bool, std::string> enter_sandbox(const std::string& folder) {
  if (sanitized)
    return false;
  if (is_canary()) {
    if (auto done = restrict_calls(refused_call::passes); !done)
      return tl::unexpected{done.error()};
    return false;
  }
  auto files = restrict_files(folder);
  // Last: what came before it is not on the list.
  auto calls = restrict_calls(refused_call::ends);
  if (!files)
    return tl::unexpected{files.error()};
  if (!calls)
    return tl::unexpected{calls.error()};
  return true;
}

} // namespace camwall::media
