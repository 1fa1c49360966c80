#include "http/state_file.hpp"

#include "core/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>
#include <system_error>

namespace camwall::http {

namespace {

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR)
      return false;
    text.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(n, 0)));
  }
  return true;
}

} // namespace

std::optional<std::string> read_state_file(const std::filesystem::path& file) {
  unique_fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd)
    return errno == ENOENT ? std::nullopt : std::optional{std::string{}};
  std::string out(state_file_bytes_max, '\0');
  std::size_t size = 0;
  while (size < out.size()) {
    auto n = ::read(fd.get(), out.data() + size, out.size() - size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return std::string{};
    if (n == 0)
      break;
    size += static_cast<std::size_t>(n);
  }
  out.resize(size);
  return out;
}

bool replace_state_file(const std::filesystem::path& file, const std::string& text) {
  auto temporary = file;
  temporary += ".tmp";
  unique_fd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
                      S_IRUSR | S_IWUSR)};
  if (!fd || ::fchmod(fd.get(), S_IRUSR | S_IWUSR) != 0 || !write_all(fd.get(), text) ||
      ::fsync(fd.get()) != 0)
    return false;
  fd.reset();
  if (std::rename(temporary.c_str(), file.c_str()) != 0)
    return false;
  unique_fd folder{::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return folder && ::fsync(folder.get()) == 0;
}

std::string set_aside(const std::filesystem::path& file) {
  auto aside = file;
  aside += ".broken";
  std::error_code ignored;
  std::filesystem::rename(file, aside, ignored);
  return aside.filename().string();
}

} // namespace camwall::http
