#include "config/sections.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace camwall::config {

namespace {

constexpr std::size_t users_max = 256;
constexpr std::size_t tokens_max = 32; // Of one user.
constexpr std::size_t names_max = 1024;
constexpr text_rule hash_rule{.bytes_max = 128, .may_be_empty = false, .secret = true};
constexpr text_rule name_rule{.bytes_max = 64, .may_be_empty = false};

// Of one login's memory and passes: more would let anybody who logs in take the machine.
constexpr std::uint32_t argon_kib_max = 1'048'576;
constexpr std::uint32_t argon_passes_max = 16;

constexpr auto admin_name = "admin";
constexpr auto admin_variable = "CAMWALL_ADMIN_PASSWORD_HASH";

constexpr std::string_view bad_hash =
  "is not a password's hash as camwall hash-password prints it ($argon2id$v=19$m=…)";

/// Reads `key=number` and the separator that follows it.
bool take_number(std::string_view& rest, std::string_view key, char end, std::uint32_t max) {
  if (!rest.starts_with(key))
    return false;
  rest.remove_prefix(key.size());
  std::uint32_t x = 0;
  auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), x);
  if (error != std::errc{} || x == 0 || x > max || stop == rest.data() + rest.size() ||
      *stop != end)
    return false;
  rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()) + 1);
  return true;
}

/// The text form of an Argon2id hash (RFC 9106 §4 leaves it to the reference implementation's
/// `$argon2id$v=19$m=…,t=…,p=…$salt$hash`).
bool is_password_hash(std::string_view text) {
  constexpr std::string_view begin = "$argon2id$v=19$";
  constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (!text.starts_with(begin))
    return false;
  text.remove_prefix(begin.size());
  if (!take_number(text, "m=", ',', argon_kib_max) ||
      !take_number(text, "t=", ',', argon_passes_max) || !take_number(text, "p=", '$', 1))
    return false;
  auto middle = text.find('$');
  return middle != std::string_view::npos && middle >= 11 && text.size() - middle > 22 &&
         text.substr(0, middle).find_first_not_of(digits) == std::string_view::npos &&
         text.substr(middle + 1).find_first_not_of(digits) == std::string_view::npos;
}

bool is_token_hash(std::string_view text) {
  constexpr std::string_view begin = "sha256:";
  constexpr std::size_t hex_chars = 64;
  return text.starts_with(begin) && text.size() == begin.size() + hex_chars &&
         text.substr(begin.size()).find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_user_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"._-@"}.find(c) != std::string_view::npos;
  });
}

std::optional<std::chrono::system_clock::time_point> parse_date(std::string_view text) {
  constexpr std::size_t date_chars = 10; // 2027-01-31
  if (text.size() != date_chars || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  std::array<int, 3> parts{};
  constexpr std::array<std::pair<std::size_t, std::size_t>, 3> places{{{0, 4}, {5, 2}, {8, 2}}};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto word = text.substr(places[i].first, places[i].second);
    auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), parts[i]);
    if (error != std::errc{} || stop != word.data() + word.size())
      return std::nullopt;
  }
  std::chrono::year_month_day day{std::chrono::year{parts[0]},
                                  std::chrono::month{static_cast<unsigned>(parts[1])},
                                  std::chrono::day{static_cast<unsigned>(parts[2])}};
  // A point in time counts nanoseconds, of which 64 bits hold 292 years.
  constexpr std::chrono::year first{1970};
  constexpr std::chrono::year last{2199};
  if (!day.ok() || day.year() < first || day.year() > last)
    return std::nullopt;
  return std::chrono::sys_days{day};
}

void read_token(section& here, std::set<std::string>& hashes, user& into) {
  user_token x;
  if (here.find("name") == nullptr)
    here.error("name", "is missing");
  if (auto name = here.text("name", name_rule))
    x.name = std::move(name->text);
  if (here.find("hash") == nullptr)
    here.error("hash", "is missing; camwall make-token prints a token and its hash");
  if (auto hash = here.text("hash", hash_rule)) {
    if (!is_token_hash(hash->text))
      here.error(*hash, "is not a token's hash as camwall make-token prints it (sha256:…)");
    else if (!hashes.insert(hash->text).second)
      here.error(*hash, "is the hash of another token, too");
    x.hash = hash->text.substr(hash->text.find(':') + 1);
  }
  if (auto date = here.text("expires")) {
    x.expires = parse_date(date->text);
    if (!x.expires)
      here.error(*date,
                 date->shown + " is not a day such as 2027-01-31, of the years 1970 to 2199");
  }
  into.tokens.push_back(std::move(x));
}

void read_scope(section& here, const wall& all, user& into) {
  if (here.find("cameras") == nullptr && here.find("groups") == nullptr)
    return;
  if (into.role == user_role::admin) // He could change the list.
    return here.error(here.find("cameras") != nullptr ? "cameras" : "groups",
                      "does not hold for an admin, who may change the configuration");
  into.sees_all = false;
  for (auto& id : here.texts("cameras", names_max)) {
    auto known = std::any_of(all.cameras.begin(), all.cameras.end(),
                             [&](const auto& camera) { return camera.id == id.text; });
    if (!known) // Maybe it is added later, by API: an error would end the server for that.
      here.warn(id, id.shown + " is not the id of a camera");
    into.cameras.push_back(std::move(id.text));
  }
  for (auto& group : here.texts("groups", names_max))
    into.groups.push_back(std::move(group.text));
}

struct taken {
  std::set<std::string> names;
  std::set<std::string> hashes;
};

void read_user(section& here, taken& others, wall& all) {
  user x;
  if (here.find("name") == nullptr)
    here.error("name", "is missing");
  if (auto name = here.text("name", name_rule)) {
    if (!is_user_name(name->text))
      here.error(*name, name->shown + " is not a name of letters, digits, and . _ - @");
    else if (!others.names.insert(name->text).second)
      here.error(*name, name->shown + " is the name of another user, too");
    x.name = std::move(name->text);
  }
  if (auto hash = here.text("password_hash", hash_rule)) {
    if (!is_password_hash(hash->text))
      here.error(*hash, std::string{bad_hash});
    x.password_hash = std::move(hash->text);
  }
  if (here.find("role") == nullptr)
    here.error("role", "is missing: viewer, operator or admin");
  here.read("role", x.role,
            section::choices<user_role>{{"viewer", user_role::viewer},
                                        {"operator", user_role::operator_},
                                        {"admin", user_role::admin}});
  read_scope(here, all, x);
  here.each("tokens", "users[].tokens[]", tokens_max,
            [&](section& token) { read_token(token, others.hashes, x); });
  if (here.find("password_hash") == nullptr && here.find("tokens") == nullptr)
    here.error("password_hash", "is missing, and there are no tokens: nobody could log in");
  all.users.push_back(std::move(x));
}

/// For containers, whose configuration is the same everywhere.
void read_first_administrator(load_context& context, wall& all) {
  auto hash = context.env(admin_variable);
  if (!hash || hash->empty())
    return;
  if (!is_password_hash(*hash))
    return context.error({}, "users", std::string{admin_variable} + " " + std::string{bad_hash});
  auto taken = std::any_of(all.users.begin(), all.users.end(),
                           [](const auto& x) { return x.name == admin_name; });
  if (taken)
    return context.warn(
      {}, "users",
      std::string{"there is a user "} + admin_name + "; " + admin_variable + " is ignored");
  all.users.push_back(
    {.name = admin_name, .password_hash = std::move(*hash), .role = user_role::admin});
}

} // namespace

bool has_users(const load_context& context, const section& top) {
  const auto* list = top.find("users");
  auto hash = context.env(admin_variable);
  return (list != nullptr && !list->items.empty()) || (hash && !hash->empty());
}

void read_users(load_context& context, const section& top, wall& into) {
  taken others;
  top.each("users", "users[]", users_max, [&](section& here) { read_user(here, others, into); });
  read_first_administrator(context, into);
}

} // namespace camwall::config
