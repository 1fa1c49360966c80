#include "http/framing.hpp"

#include <algorithm>
#include <charconv>

namespace camwall::http {

namespace {

constexpr std::size_t leading_blank_max = 4;   // Two empty lines before a request (RFC 9112 §2.2).
constexpr std::size_t request_line_extra = 32; // Method, version and blanks around the target.
constexpr std::size_t length_digits_max = 18;  // Fits in 64 bits without overflow.

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Visible ASCII only: a target has everything else percent-encoded (RFC 3986 §2).
bool is_target_char(char c) noexcept {
  return c > 0x20 && c < 0x7f && c != '#';
}

// RFC 9110 §5.5: a control character other than the tab is an error or an attack.
bool is_value_char(char c) noexcept {
  auto byte = static_cast<unsigned char>(c);
  return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
}

} // namespace

framer::result framer::refuse(int status, std::string_view code, std::string_view detail) {
  why_ = {status, code, detail};
  scanned_ = 0;
  needed_ = 0;
  return result::refused;
}

// Looks at each byte once, however slowly they come.
framer::result framer::find_end(std::string_view buffer, std::size_t& head_size) {
  for (auto at = buffer.find('\n', scanned_); at != std::string_view::npos;
       at = buffer.find('\n', at + 1)) {
    if (at == 0 || buffer[at - 1] != '\r')
      return refuse(400, "bare_line_feed", "A line of the request does not end in CR LF.");
    if (at >= 3 && buffer[at - 2] == '\n') {
      head_size = at + 1;
      if (head_size > limits_.header_bytes_max)
        break;
      scanned_ = 0;
      return result::complete;
    }
  }
  scanned_ = buffer.size();
  auto line = std::min(buffer.find('\n'), buffer.size());
  if (line > limits_.target_bytes_max + request_line_extra)
    return refuse(414, "target_too_long", "The request target is longer than this server accepts.");
  if (head_size > 0 || buffer.size() > limits_.header_bytes_max)
    return refuse(431, "header_too_large",
                  "The header section is larger than this server accepts.");
  return result::incomplete;
}

framer::result framer::next(std::string_view buffer) {
  if (buffer.size() < needed_)
    return result::incomplete;
  needed_ = 0;
  std::size_t skipped = 0;
  while (skipped < leading_blank_max && buffer.substr(skipped, 2) == "\r\n")
    skipped += 2;
  auto text = buffer.substr(skipped);
  if (text.empty() || text == "\r")
    return result::incomplete;
  scanned_ = std::min(scanned_, text.size());
  std::size_t head_size = 0;
  if (auto found = find_end(text, head_size); found != result::complete)
    return found;
  request_.fields.clear();
  auto lines = text.substr(0, head_size - 2);
  auto end = lines.find("\r\n");
  if (!parse_request_line(lines.substr(0, end)))
    return result::refused;
  for (lines.remove_prefix(end + 2); !lines.empty(); lines.remove_prefix(end + 2)) {
    end = lines.find("\r\n");
    if (!parse_field(lines.substr(0, end)))
      return result::refused;
  }
  if (!judge_fields())
    return result::refused;
  if (text.size() - head_size < body_size_) {
    needed_ = skipped + head_size + body_size_;
    return result::incomplete;
  }
  request_.body = text.substr(head_size, body_size_);
  request_.size = skipped + head_size + body_size_;
  return result::complete;
}

// RFC 9112 §3.
bool framer::parse_request_line(std::string_view line) {
  auto bad = [this] {
    refuse(400, "bad_request_line", "The request line is not METHOD SP target SP HTTP/1.1.");
    return false;
  };
  // The same bound as while the line arrives, so that how it arrives makes no difference.
  if (line.size() + 1 > limits_.target_bytes_max + request_line_extra) {
    refuse(414, "target_too_long", "The request target is longer than this server accepts.");
    return false;
  }
  auto first = line.find(' ');
  auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return bad();
  request_.method = line.substr(0, first);
  auto target = line.substr(first + 1, last - first - 1);
  auto version = line.substr(last + 1);
  if (!is_token(request_.method) || version.size() != 8 || version.substr(0, 5) != "HTTP/" ||
      !is_digit(version[5]) || version[6] != '.' || !is_digit(version[7]))
    return bad();
  if (version[5] != '1') {
    refuse(505, "version_not_supported", "This server speaks HTTP/1.1.");
    return false;
  }
  minor_version_ = version[7] - '0';
  if (target.size() > limits_.target_bytes_max) {
    refuse(414, "target_too_long", "The request target is longer than this server accepts.");
    return false;
  }
  return std::all_of(target.begin(), target.end(), is_target_char) ? parse_target(target) : bad();
}

// RFC 9112 §3.2: origin form, absolute form, or the asterisk of OPTIONS.
bool framer::parse_target(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  absolute_ =
    target.size() > scheme.size() && equal_ignoring_case(target.substr(0, scheme.size()), scheme);
  if (absolute_) {
    target.remove_prefix(scheme.size());
    auto slash = std::min(target.find_first_of("/?"), target.size());
    request_.host = target.substr(0, slash);
    target.remove_prefix(slash);
    if (target.empty())
      target = "/";
  }
  request_.target = target;
  if (target.starts_with('/') || (target == "*" && request_.method == "OPTIONS"))
    return true;
  refuse(400, "bad_target", "The request target does not begin with a slash.");
  return false;
}

// RFC 9112 §5.
bool framer::parse_field(std::string_view line) {
  if (request_.fields.size() >= limits_.fields_max) {
    refuse(431, "too_many_fields", "The request has more header fields than this server accepts.");
    return false;
  }
  auto colon = line.find(':');
  auto value = colon == std::string_view::npos ? line : trim(line.substr(colon + 1));
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
      !std::all_of(value.begin(), value.end(), is_value_char)) {
    refuse(400, "bad_header", "A header field is not name: value on one line.");
    return false;
  }
  request_.fields.push_back({line.substr(0, colon), value});
  return true;
}

bool framer::judge_fields() {
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t codings = 0;
  std::string_view host;
  std::string_view length;
  bool close = minor_version_ == 0;
  bool expects = false;
  for (const auto& [name, value] : request_.fields) {
    if (equal_ignoring_case(name, "host")) {
      ++hosts;
      host = value;
    } else if (equal_ignoring_case(name, "content-length")) {
      ++lengths;
      length = value;
    } else if (equal_ignoring_case(name, "transfer-encoding")) {
      ++codings;
    } else if (equal_ignoring_case(name, "expect")) {
      expects = true;
    } else if (equal_ignoring_case(name, "connection")) {
      if (list_holds(value, "close"))
        close = true;
      else if (minor_version_ == 0 && list_holds(value, "keep-alive"))
        close = false;
    }
  }
  if (hosts > 1 || (minor_version_ > 0 && (hosts == 0 || host.empty()))) {
    refuse(400, "bad_host", "HTTP/1.1 needs exactly one Host field that is not empty.");
    return false;
  }
  if (!absolute_)
    request_.host = host;
  request_.keep_alive = !close;
  request_.minor_version = minor_version_;
  if (!judge_length(lengths, codings, length))
    return false;
  if (expects) { // RFC 9110 §10.1.1 allows any final answer; clients then send without the field.
    refuse(417, "expectation_failed", "This server takes request bodies without Expect.");
    return false;
  }
  return true;
}

// RFC 9112 §6: the roots of request smuggling.
bool framer::judge_length(std::size_t lengths, std::size_t codings, std::string_view length) {
  body_size_ = 0;
  if (codings > 0 && (lengths > 0 || minor_version_ == 0)) {
    refuse(400, "ambiguous_length", "Content-Length and Transfer-Encoding exclude each other.");
    return false;
  }
  if (codings > 0) {
    refuse(501, "transfer_coding_not_implemented", "Send the body with Content-Length.");
    return false;
  }
  if (lengths == 0)
    return true;
  auto digits = !length.empty() && length.size() <= length_digits_max &&
                std::all_of(length.begin(), length.end(), is_digit);
  if (lengths > 1 || !digits) {
    refuse(400, "bad_content_length", "Content-Length must occur once and be a decimal number.");
    return false;
  }
  std::from_chars(length.data(), length.data() + length.size(), body_size_);
  if (body_size_ > limits_.body_bytes_max) {
    refuse(413, "body_too_large", "The request body is larger than this server accepts.");
    return false;
  }
  return true;
}

} // namespace camwall::http
