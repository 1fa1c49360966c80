#include "http/problem.hpp"

#include <array>
#include <cstdio>

namespace camwall::http {

namespace {

// RFC 8259 §7. The texts are ours, but some quote what the client wrote.
void append_quoted(std::string& out, std::string_view text) {
  out.push_back('"');
  for (auto c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (byte < 0x20 || byte >= 0x7f) {
      // Bytes that may not be UTF-8 are shown, not trusted.
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\u%04x", byte);
      out.append(escaped.data());
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

// `/url`, or nothing for the whole body; but not `/etc/camwall/wall.yaml:3:7`.
bool is_pointer(std::string_view where) noexcept {
  if (where.empty())
    return true;
  auto last = where.find_last_not_of("0123456789");
  auto ends_in_line =
    last != std::string_view::npos && last + 1 < where.size() && where[last] == ':';
  return where.front() == '/' && !ends_in_line;
}

void append_faults(std::string& out, std::span<const problem_fault> faults) {
  std::string_view before = R"(,"errors":[)";
  for (const auto& x : faults) {
    out.append(before).append(is_pointer(x.where) ? R"({"pointer":)" : R"({"location":)");
    append_quoted(out, x.where);
    out.append(R"(,"detail":)");
    append_quoted(out, x.what);
    out.push_back('}');
    before = ",";
  }
  if (!faults.empty())
    out.push_back(']');
}

} // namespace

response problem(int status, std::string_view code, std::string_view detail) {
  return problem(status, code, detail, {});
}

response problem(int status, std::string_view code, std::string_view detail,
                 std::span<const problem_fault> faults) {
  std::string body = R"({"type":"about:blank","title":)";
  append_quoted(body, reason_phrase(status));
  body.append(R"(,"status":)").append(std::to_string(status)).append(R"(,"detail":)");
  append_quoted(body, detail);
  body.append(R"(,"code":)");
  append_quoted(body, code);
  append_faults(body, faults);
  body.append("}\n");
  auto x = text_response(status, "application/problem+json", std::move(body));
  x.add("Cache-Control", "no-store");
  return x;
}

} // namespace camwall::http
