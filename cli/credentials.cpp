// camwall hash-password and camwall make-token: what goes into `users` of the configuration.

#include "cli/commands.hpp"
#include "http/access/secrets.hpp"

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <optional>
#include <string>

namespace camwall::cli {

namespace {

constexpr std::size_t password_bytes_min = 8;
constexpr std::size_t token_bytes = 32;

/// Keeps what is typed off the screen while it lives.
class silent_terminal {
public:
  silent_terminal() {
    if (::tcgetattr(STDIN_FILENO, &before_) != 0)
      return;
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    changed_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
  }
  ~silent_terminal() {
    if (changed_)
      ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  silent_terminal(const silent_terminal&) = delete;
  silent_terminal& operator=(const silent_terminal&) = delete;

private:
  termios before_{};
  bool changed_ = false;
};

std::optional<std::string> read_line(const char* question, bool asks) {
  if (asks)
    std::cerr << question << std::flush;
  std::string out;
  auto read = static_cast<bool>(std::getline(std::cin, out));
  if (asks)
    std::cerr << '\n';
  return read ? std::optional{std::move(out)} : std::nullopt;
}

int fail(const char* why) {
  std::cerr << why << '\n';
  return exit_failed;
}

} // namespace

int hash_password() {
  auto asks = ::isatty(STDIN_FILENO) == 1;
  std::optional<std::string> password;
  std::optional<std::string> again;
  {
    std::optional<silent_terminal> silence;
    if (asks)
      silence.emplace();
    password = read_line("Password: ", asks);
    if (asks && password)
      again = read_line("Once more: ", asks);
  }
  if (!password)
    return fail("there is no password on standard input");
  if (asks && again != password)
    return fail("these were two different passwords");
  if (password->size() < password_bytes_min || password->size() > http::password_bytes_max)
    return fail("a password has 8 to 1024 bytes");
  std::cout << http::hash_password(*password) << '\n';
  return exit_ok;
}

int make_token(const std::string& name) {
  auto token = "cw_" + http::random_text(token_bytes);
  std::cerr << "The token, which is shown only now:\n";
  std::cout << token << '\n' << std::flush;
  std::cerr << "The line for tokens: of its user in the configuration:\n";
  std::cout << "- {name: " << name << ", hash: \"sha256:" << http::fingerprint(token) << "\"}\n";
  return exit_ok;
}

} // namespace camwall::cli
