#include "media/worker/log.hpp"

#include "core/redact.hpp"
#include "media/worker/connect_guard.hpp"
#include "media/worker/libav.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdarg>
#include <vector>

namespace camwall::media {

namespace {

constexpr std::size_t line_bytes_max = 512;

/// A damaged stream makes libav complain about every packet.
constexpr int lines_per_period_max = 40;
constexpr std::chrono::seconds period{10};

struct log_state {
  std::vector<std::string> secrets;
  std::string last;
  std::chrono::steady_clock::time_point period_begin;
  int lines = 0;
  int suppressed = 0;
  int refusal_status = 0;
};

log_state& state() {
  static log_state x;
  return x;
}

void write_line(std::string line) {
  line.resize(std::min(line.size(), line_bytes_max));
  line.push_back('\n');
  // A full pipe is not waited for: a line is worth less than a picture.
  [[maybe_unused]] auto n = ::write(STDERR_FILENO, line.data(), line.size());
}

/// Counts a line; false when there are too many or it only repeats the last.
bool admit(const std::string& line) {
  auto& x = state();
  auto now = std::chrono::steady_clock::now();
  if (now - x.period_begin > period) {
    if (x.suppressed > 0)
      write_line(std::to_string(x.suppressed) + " more lines were left out");
    x.period_begin = now;
    x.lines = 0;
    x.suppressed = 0;
    x.last.clear();
  }
  if (line == x.last || x.lines >= lines_per_period_max) {
    ++x.suppressed;
    return false;
  }
  ++x.lines;
  x.last = line;
  return true;
}

/// libav's message of a request that was answered with an error: its name and the status.
constexpr std::string_view refusal_format = "method %s failed: %d%s\n";

void note_refusal(std::string_view line) {
  constexpr std::string_view before{"failed: "};
  auto at = line.find(before);
  if (at != std::string_view::npos)
    std::from_chars(line.data() + at + before.size(), line.data() + line.size(),
                    state().refusal_status);
}

/// The same of an answer that names another address: its status and the address.
constexpr std::string_view redirect_format = "Status %d: Redirecting to %s\n";

void note_redirect(std::string_view line) {
  constexpr std::string_view before{"Redirecting to "};
  auto at = line.find(before);
  the_connect_guard().note_redirect(at == std::string_view::npos ? line
                                                                 : line.substr(at + before.size()));
}

void on_libav_line(void* context, int level, const char* format, va_list arguments) {
  bool redirects = format == redirect_format;
  if (level > AV_LOG_WARNING && !redirects)
    return;
  std::array<char, 1024> text{};
  int prefix = 1;
  av_log_format_line2(context, level, format, arguments, text.data(), static_cast<int>(text.size()),
                      &prefix);
  if (format == refusal_format)
    note_refusal(text.data());
  if (redirects)
    note_redirect(text.data());
  log_line(text.data());
}

} // namespace

void log_line(std::string_view text) {
  auto line = without_secrets(text);
  if (!line.empty() && admit(line))
    write_line(std::move(line));
}

void log_libav() {
  av_log_set_level(AV_LOG_WARNING);
  av_log_set_callback(on_libav_line);
}

int last_refusal_status() noexcept {
  return state().refusal_status;
}

void log_never(std::string secret) {
  if (!secret.empty())
    state().secrets.push_back(std::move(secret));
}

std::string without_secrets(std::string_view text) {
  auto out = redact(text);
  for (const auto& x : state().secrets)
    out = redact_secret(out, x);
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < 0x20)
      c = ' ';
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  return out;
}

} // namespace camwall::media
