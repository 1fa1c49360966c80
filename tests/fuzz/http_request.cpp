/// What a client sends before anybody knows who it is: framing, the request, and what is read of
/// its fields and body.

#include "http/access/client_address.hpp"
#include "http/access/cookies.hpp"
#include "http/access/login_form.hpp"
#include "http/api/json_body.hpp"
#include "http/api/probe_request.hpp"
#include "http/byte_range.hpp"
#include "http/framing.hpp"
#include "http/host_check.hpp"
#include "http/request_parser.hpp"
#include "http/websocket/handshake.hpp"
#include "tests/fuzz/fuzz_input.hpp"

#include <string>

namespace camwall::http {
namespace {

using fuzz::must;

// Small, so that inputs reach them.
constexpr framing_limits limits{
  .header_bytes_max = 1024, .body_bytes_max = 512, .target_bytes_max = 96, .fields_max = 12};

/// Frames what comes in pieces.
framer::result frame_slowly(framer& x, std::string_view text, std::size_t step) {
  for (std::size_t size = std::min(step, text.size());; size = std::min(size + step, text.size())) {
    auto result = x.next(text.substr(0, size));
    if (result != framer::result::incomplete || size == text.size())
      return result;
  }
}

/// However the bytes arrive, they mean the same.
void compare(const framer& a, const framer& b) {
  const auto& x = a.request();
  const auto& y = b.request();
  must(x.size == y.size && x.method == y.method && x.target == y.target && x.host == y.host &&
         x.body == y.body && x.keep_alive == y.keep_alive && x.fields.size() == y.fields.size(),
       "pieces give another request");
}

void check_path(const request& x) {
  const auto& path = x.path;
  if (path.empty() || path == "*")
    return;
  must(path.starts_with('/') && !fuzz::holds_control(path) &&
         path.find('\\') == std::string::npos && path.find("//") == std::string::npos,
       "a path that is no path");
  must(
    (path + '/').find("/../") == std::string::npos && (path + '/').find("/./") == std::string::npos,
    "a path that leads elsewhere");
}

void check_answer(const response& x) {
  auto head = std::string_view{x.fields};
  must(x.status >= 100 && x.status < 600, "a status that is none");
  must(head.empty() || head.ends_with("\r\n"), "a field without its end");
  must(head.find("\r\n\r\n") == std::string_view::npos, "a header section that ends early");
}

void read_fields(request& x) {
  static const std::vector<ip_range> trusted{*parse_ip_range("127.0.0.0/8"),
                                             *parse_ip_range("10.0.0.0/8")};
  static const host_check hosts{"127.0.0.1", name_list{}};
  x.peer = *parse_ip_address("127.0.0.1");
  find_client(x, trusted);
  hosts.allows(x.host);
  cookie_of(x, session_cookie);
  auto range = parse_range(x.header("Range"), 1000);
  must(range.what != byte_range::kind::part ||
         (range.size > 0 && range.offset < 1000 && range.size <= 1000 - range.offset),
       "a range beyond the file");
  matches_etag(x.header("If-None-Match"), "\"etag\"");
  check_answer(accept_websocket(x, {}, subprotocol::first_offered));
}

void read_body(const request& x) {
  auto login = [](std::string_view camera, std::string_view url,
                  std::string_view) -> tl::expected<std::string, change_refusal> {
    must(!camera.empty() && url.starts_with("rtsp://"), "a login for no address");
    return "rtsp://u:p@" + std::string{url.substr(7)};
  };
  if (auto form = parse_login(x); form && form->is_page)
    must(form->next.starts_with('/') && !form->next.starts_with("//"), "a way to another host");
  if (auto refused = refuse_body(x))
    check_answer(*refused);
  if (auto order = read_probe_request(x, login); !order)
    check_answer(order.error());
}

void check(fuzz::input in) {
  auto step = std::size_t{1} + in.byte();
  auto text = in.rest();
  framer whole{limits};
  framer slow{limits};
  auto result = whole.next(text);
  must(frame_slowly(slow, text, step) == result, "pieces are judged in another way");
  if (result == framer::result::refused)
    must(whole.why().status >= 400 && !whole.why().code.empty(), "a refusal without a reason");
  if (result != framer::result::complete)
    return;
  compare(whole, slow);
  must(whole.request().size <= text.size() && whole.request().size > 0, "a request without end");
  request_parser parser;
  request out;
  if (parser.parse(whole.request(), out))
    return;
  check_path(out);
  read_fields(out);
  read_body(out);
}

} // namespace
} // namespace camwall::http

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  camwall::http::check({data, size});
  return 0;
}
