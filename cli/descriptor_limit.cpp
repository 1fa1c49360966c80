#include "cli/descriptor_limit.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>

namespace camwall::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view unit = "camwall.service";

/// Of units, the first counts most. On Debian 12 /lib leads to /usr/lib.
constexpr std::array<std::string_view, 4> unit_folders{"etc/systemd/system", "run/systemd/system",
                                                       "usr/local/lib/systemd/system",
                                                       "usr/lib/systemd/system"};

/// A unit is a page or two; whatever is longer is not read to its end.
constexpr int lines_max = 1000;

/// `65536`, `1024:65536` (soft and hard) or `infinity`: systemd.exec(5), "LimitNOFILE=".
std::optional<std::uint64_t> read_hard_limit(std::string_view text) {
  text.remove_prefix(std::min(text.size(), text.find(':') + 1)); // All of it stays without one.
  if (text == "infinity")
    return descriptor_limit::none;
  std::uint64_t out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return out;
}

/// What the file says last; nothing when it says nothing, or an empty value.
void read_limit(const fs::path& file, std::optional<std::uint64_t>& into) {
  constexpr std::string_view key = "LimitNOFILE=";
  std::ifstream in{file};
  std::string line;
  for (int i = 0; i < lines_max && std::getline(in, line); ++i) {
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r'))
      line.pop_back();
    if (line.starts_with(key))
      into = read_hard_limit(std::string_view{line}.substr(key.size()));
  }
}

/// Drop-ins in the order in which they count; of one name, only that of the first folder.
std::map<std::string, fs::path> find_drop_ins(const fs::path& root) {
  std::map<std::string, fs::path> out;
  std::error_code error;
  for (auto folder : unit_folders)
    for (const auto& x : fs::directory_iterator{root / folder / fmt::format("{}.d", unit), error})
      if (x.path().extension() == ".conf")
        out.emplace(x.path().filename(), x.path());
  return out;
}

/// Nothing when systemd does not run this machine (sd_booted(3)), as in a container, or has no such
/// unit.
std::optional<std::uint64_t> find_limit_of_unit(const fs::path& root) {
  std::error_code error;
  if (!fs::is_directory(root / "run/systemd/system", error))
    return std::nullopt;
  std::optional<std::uint64_t> out;
  auto has_unit = [&](std::string_view folder) {
    return fs::is_regular_file(root / folder / unit, error);
  };
  const auto* folder = std::find_if(unit_folders.begin(), unit_folders.end(), has_unit);
  if (folder == unit_folders.end())
    return std::nullopt;
  read_limit(root / *folder / unit, out);
  for (const auto& [name, file] : find_drop_ins(root))
    read_limit(file, out);
  return out;
}

} // namespace

descriptor_limit find_descriptor_limit(const fs::path& root) {
  if (auto hard = find_limit_of_unit(root))
    return {.hard = *hard, .whose = fmt::format("LimitNOFILE of {}", unit), .of_unit = true};
  rlimit own{};
  ::getrlimit(RLIMIT_NOFILE, &own);
  return {.hard = own.rlim_max == RLIM_INFINITY ? descriptor_limit::none : own.rlim_max,
          .whose = "ulimit -Hn of this process"};
}

} // namespace camwall::cli
