#include "http/response.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

namespace camwall::http {

namespace {

// One allocation for the fields of nearly every answer.
constexpr std::size_t usual_fields_bytes = 320;

constexpr std::array<std::pair<int, std::string_view>, 34> phrases{{
  {101, "Switching Protocols"},
  {200, "OK"},
  {201, "Created"},
  {202, "Accepted"},
  {204, "No Content"},
  {206, "Partial Content"},
  {303, "See Other"},
  {304, "Not Modified"},
  {307, "Temporary Redirect"},
  {400, "Bad Request"},
  {401, "Unauthorized"},
  {403, "Forbidden"},
  {404, "Not Found"},
  {405, "Method Not Allowed"},
  {408, "Request Timeout"},
  {409, "Conflict"},
  {412, "Precondition Failed"},
  {413, "Content Too Large"},
  {414, "URI Too Long"},
  {415, "Unsupported Media Type"},
  {416, "Range Not Satisfiable"},
  {417, "Expectation Failed"},
  {421, "Misdirected Request"},
  {422, "Unprocessable Content"},
  {426, "Upgrade Required"},
  {428, "Precondition Required"},
  {429, "Too Many Requests"},
  {431, "Request Header Fields Too Large"},
  {500, "Internal Server Error"},
  {501, "Not Implemented"},
  {503, "Service Unavailable"},
  {504, "Gateway Timeout"},
  {505, "HTTP Version Not Supported"},
  {507, "Insufficient Storage"},
}};

} // namespace

response& response::add(std::string_view name, std::string_view value) {
  if (fields.capacity() < usual_fields_bytes)
    fields.reserve(usual_fields_bytes);
  fields.append(name).append(": ");
  for (auto c : value)
    fields.push_back(static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c);
  fields.append("\r\n");
  return *this;
}

response& response::vary_by(std::string_view name) {
  constexpr std::string_view begin = "Vary: ";
  auto line = fields.starts_with(begin) ? 0 : fields.find("\r\nVary: ");
  if (line == std::string::npos)
    return add("Vary", name);
  fields.insert(fields.find("\r\n", line + begin.size()), ", " + std::string{name});
  return *this;
}

response text_response(int status, std::string_view content_type, std::string body) {
  response x;
  x.status = status;
  x.body = std::move(body);
  x.add("Content-Type", content_type);
  return x;
}

std::string_view reason_phrase(int status) noexcept {
  for (const auto& [code, phrase] : phrases)
    if (code == status)
      return phrase;
  return "Unknown";
}

void append_head(std::string& out, const response& x, const head_options& options) {
  out.append("HTTP/1.1 ").append(std::to_string(x.status)).append(" ");
  out.append(reason_phrase(x.status)).append("\r\nDate: ").append(options.date).append("\r\n");
  out.append(x.fields);
  if (x.status == 101) {
    out.append("Connection: Upgrade\r\n\r\n");
    return;
  }
  // RFC 9110 §8.6: a 204 has no length; a 304 would have to repeat that of the 200.
  if (x.source)
    out.append(options.chunked ? "Transfer-Encoding: chunked\r\n" : "");
  else if (x.status != 204 && x.status != 304)
    out.append("Content-Length: ").append(std::to_string(x.content_length())).append("\r\n");
  out.append(options.keep_alive ? "Connection: keep-alive" : "Connection: close");
  // RFC 9110 §7.8: the field Upgrade goes with this option.
  out.append(x.status == 426 ? ", Upgrade\r\n\r\n" : "\r\n\r\n");
}

std::string http_date(std::chrono::system_clock::time_point x) {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  auto seconds = std::chrono::system_clock::to_time_t(x);
  std::tm t{};
  gmtime_r(&seconds, &t);
  // Not strftime: its names follow the locale.
  std::array<char, 40> text{};
  auto size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                            days[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                            months[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour,
                            t.tm_min, t.tm_sec);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string_view http_date() {
  thread_local std::time_t rendered = 0;
  thread_local std::string text;
  auto now = std::time(nullptr);
  if (now != rendered) {
    text = http_date(std::chrono::system_clock::from_time_t(now));
    rendered = now;
  }
  return text;
}

} // namespace camwall::http
