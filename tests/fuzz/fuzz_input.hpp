#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <source_location>
#include <string_view>

/// What libFuzzer calls, and the driver of the short runs; each target defines it. The data stand
/// in memory of exactly that size, so that a read beyond them is found.
// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace camwall::fuzz {

/// Ends the process, which makes the input a finding, unless `holds`.
inline void must(bool holds, std::string_view what,
                 std::source_location where = std::source_location::current()) {
  if (holds)
    return;
  std::fprintf(stderr, "%s:%u: %.*s\n", where.file_name(), static_cast<unsigned>(where.line()),
               static_cast<int>(what.size()), what.data());
  std::abort();
}

/// Takes an input apart.
class input {
public:
  input(const std::uint8_t* data, std::size_t size) noexcept
    : rest_(reinterpret_cast<const char*>(data), size) {
    // nop
  }

  /// The next byte; 0 at the end.
  std::uint8_t byte() noexcept {
    auto x = take(1);
    return x.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(x.front());
  }

  /// At most `size` bytes.
  std::string_view take(std::size_t size) noexcept {
    auto x = rest_.substr(0, size);
    rest_.remove_prefix(x.size());
    return x;
  }

  /// Up to the next line break, which is skipped, or to the end.
  std::string_view line() noexcept {
    auto x = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(x.size() < rest_.size() ? x.size() + 1 : x.size());
    return x;
  }

  std::string_view rest() noexcept {
    return take(rest_.size());
  }

  bool empty() const noexcept {
    return rest_.empty();
  }

private:
  std::string_view rest_;
};

/// Whether `text` holds a byte below the blank, or DEL.
inline bool holds_control(std::string_view text) noexcept {
  for (unsigned char c : text)
    if (c < 0x20 || c == 0x7f)
      return true;
  return false;
}

} // namespace camwall::fuzz
