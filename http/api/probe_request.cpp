#include "http/api/probe_request.hpp"

#include "core/probe_json.hpp"
#include "http/api/api_answer.hpp"
#include "http/api/json_body.hpp"
#include "http/problem.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace camwall::http {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t url_bytes_max = 2048;
constexpr std::size_t login_bytes_max = 256;
constexpr int deadline_s_max = 20; // Below the deadline of an answer that comes later.
constexpr std::size_t camera_bytes_max = 63;
constexpr std::string_view scheme = "rtsp://";
constexpr std::string_view mask = "***";

/// Reads the members of one object and keeps what is wrong with them.
class members {
public:
  explicit members(const json& x) : json_(x) {
    // nop
  }

  std::string text(const char* name, std::size_t bytes_max) {
    auto found = json_.find(name);
    if (found == json_.end())
      return {};
    if (!found->is_string() || found->get_ref<const std::string&>().size() > bytes_max) {
      wrong(name, "is a text of at most " + std::to_string(bytes_max) + " bytes");
      return {};
    }
    return found->get<std::string>();
  }

  double number(const char* name, double otherwise, int min, int max) {
    auto found = json_.find(name);
    if (found == json_.end())
      return otherwise;
    auto x = found->is_number() ? found->get<double>() : min - 1;
    if (x >= min && x <= max)
      return x;
    wrong(name, "is a number from " + std::to_string(min) + " to " + std::to_string(max));
    return otherwise;
  }

  void wrong(const std::string& name, const std::string& why) {
    faults_.push_back({'/' + name, name + ' ' + why + '.'});
  }

  void refuse_others(std::initializer_list<std::string_view> known) {
    for (const auto& [name, value] : json_.items())
      if (std::find(known.begin(), known.end(), name) == known.end())
        faults_.push_back({"",
                           "There is a member that means nothing here; known are url, username, "
                           "password, camera, transport and deadline_s."});
  }

  /// What was asked for cannot be had, whatever else is wrong.
  void refuse(const change_refusal& why) {
    refusal_ = refusal_response(why);
  }

  std::optional<response>& refusal() noexcept {
    return refusal_;
  }

  const std::vector<problem_fault>& faults() const noexcept {
    return faults_;
  }

private:
  const json& json_;
  std::vector<problem_fault> faults_;
  std::optional<response> refusal_;
};

// RFC 3986 §3.2.1: all that is not unreserved, so that no character of a password ends it.
std::string encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (auto c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view{"-._~"}.find(c) != std::string_view::npos) {
      out.push_back(c);
      continue;
    }
    out.push_back('%');
    out.push_back(digits[byte >> 4U]);
    out.push_back(digits[byte & 15U]);
  }
  return out;
}

bool has_login(std::string_view url) {
  auto authority = url.substr(scheme.size());
  authority = authority.substr(0, authority.find_first_of("/?#"));
  return authority.find('@') != std::string_view::npos;
}

bool is_plain(std::string_view url) {
  for (auto c : url)
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f)
      return false;
  return true;
}

/// Takes the user information out of an address that came back as the API shows it.
bool take_masked_login(std::string& url) {
  for (std::string_view login : {"***@", "***:***@"})
    if (std::string_view{url}.substr(scheme.size()).starts_with(login)) {
      url.erase(scheme.size(), login.size());
      return true;
    }
  return false;
}

void add_known(members& from, probe_request& into, std::string_view user,
               const known_login& logins) {
  auto camera = from.text("camera", camera_bytes_max);
  if (camera.empty())
    return from.wrong("camera", "has to say whose login *** stands for");
  if (has_login(into.url))
    return from.wrong("password", "stands for a login that is known, and the address has another");
  auto url = logins(camera, into.url, user == mask ? std::string_view{} : user);
  if (!url)
    return from.refuse(url.error());
  into.url = std::move(*url);
}

void read_url(members& from, probe_request& into, const known_login& logins) {
  into.url = from.text("url", url_bytes_max);
  auto user = from.text("username", login_bytes_max);
  auto password = from.text("password", login_bytes_max);
  if (!into.url.starts_with(scheme) || into.url.size() == scheme.size() || !is_plain(into.url))
    return from.wrong("url", "is an address that begins with rtsp://, without blanks");
  auto masked = take_masked_login(into.url);
  if (password == mask || (masked && user.empty() && password.empty()))
    return add_known(from, into, user, logins);
  if (user.empty()) {
    if (!password.empty())
      from.wrong("password", "needs a username");
    return;
  }
  if (masked || has_login(into.url))
    return from.wrong("username", "stands in the address already");
  into.url.insert(scheme.size(), encoded(user) + ':' + encoded(password) + '@');
}

} // namespace

tl::expected<probe_request, response> read_probe_request(const request& x,
                                                         const known_login& logins) {
  if (auto why = refuse_body(x))
    return tl::unexpected(std::move(*why));
  auto body = json::parse(x.body);
  members from{body};
  probe_request out;
  read_url(from, out, logins);
  if (auto transport = from.text("transport", login_bytes_max); !transport.empty())
    out.transport = transport;
  if (out.transport != "tcp" && out.transport != "udp")
    from.wrong("transport", "is tcp or udp");
  auto seconds = from.number("deadline_s", 10, 1, deadline_s_max);
  out.deadline = std::chrono::milliseconds{static_cast<int>(seconds * 1000)};
  from.refuse_others({"url", "username", "password", "camera", "transport", "deadline_s"});
  if (from.faults().empty() && from.refusal())
    return tl::unexpected(std::move(*from.refusal()));
  if (from.faults().empty())
    return out;
  return tl::unexpected(problem(422, "invalid_probe", from.faults().front().what, from.faults()));
}

response probe_response(const probe_report& x) {
  if (x.reason == reason::busy && x.took_s == 0) { // Nobody has looked.
    auto out =
      problem(503, "probes_max", "As many cameras as may be looked at a time are; try again.");
    out.add("Retry-After", "5");
    return out;
  }
  return json_response(to_json(x));
}

} // namespace camwall::http
