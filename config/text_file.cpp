#include "config/text_file.hpp"

#include "core/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace camwall::config {

namespace {

std::string unreadable(int error) {
  return "cannot be read: " + std::generic_category().message(error);
}

unsigned byte_at(std::string_view text, std::size_t i) noexcept {
  return static_cast<unsigned char>(text[i]);
}

bool is_control(unsigned c) noexcept {
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

std::string human_size(std::size_t bytes) {
  constexpr std::size_t kib = 1024;
  constexpr std::size_t mib = kib * kib;
  if (bytes % mib == 0)
    return std::to_string(bytes / mib) + " MiB";
  return std::to_string(bytes / kib) + " KiB";
}

} // namespace

tl::expected<text_file, std::string> read_text_file(const std::filesystem::path& file,
                                                    std::size_t bytes_max) {
  unique_fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (!fd)
    return tl::unexpected(unreadable(errno));
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0)
    return tl::unexpected(unreadable(errno));
  if (S_ISDIR(status.st_mode))
    return tl::unexpected(std::string{"is a directory"});
  if (!S_ISREG(status.st_mode))
    return tl::unexpected(std::string{"is not a regular file"});
  text_file out;
  out.world_readable = (status.st_mode & S_IROTH) != 0;
  out.world_writable = (status.st_mode & S_IWOTH) != 0;
  // One byte more than allowed tells "too large" also of a file that grows while it is read.
  out.text.resize(bytes_max + 1);
  std::size_t size = 0;
  while (size < out.text.size()) {
    auto n = ::read(fd.get(), out.text.data() + size, out.text.size() - size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return tl::unexpected(unreadable(errno));
    if (n == 0)
      break;
    size += static_cast<std::size_t>(n);
  }
  if (size > bytes_max)
    return tl::unexpected("is larger than " + human_size(bytes_max));
  out.text.resize(size);
  return out;
}

std::size_t utf8_length(std::string_view text) noexcept {
  if (text.empty())
    return 0;
  auto c = byte_at(text, 0);
  if (c < 0x80)
    return 1;
  std::size_t length = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
  if (c < 0xc2 || c > 0xf4 || text.size() < length)
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte_at(text, i) & 0xc0) != 0x80)
      return 0;
  auto second = byte_at(text, 1);
  bool overlong = (c == 0xe0 && second < 0xa0) || (c == 0xf0 && second < 0x90);
  bool surrogate = c == 0xed && second > 0x9f;
  bool too_large = c == 0xf4 && second > 0x8f;
  return overlong || surrogate || too_large ? 0 : length;
}

std::size_t utf8_count(std::string_view text) noexcept {
  return static_cast<std::size_t>(
    std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

std::optional<text_flaw> find_text_flaw(std::string_view text) {
  position at{1, 1};
  while (!text.empty()) {
    auto length = utf8_length(text);
    if (length == 0)
      return text_flaw{at, "is not UTF-8 text"};
    if (is_control(byte_at(text, 0)))
      return text_flaw{at, "holds a control character"};
    if (text.front() == '\n')
      at = position{at.line + 1, 1};
    else
      ++at.column;
    text.remove_prefix(length);
  }
  return std::nullopt;
}

} // namespace camwall::config
