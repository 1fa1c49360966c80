#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <span>
#include <string_view>
#include <utility>

namespace {

namespace cli = camwall::cli;

CLI::App* add_probe(CLI::App& app, cli::probe_options& into) {
  auto* out = app.add_subcommand("probe", "Look at a camera and say what it is");
  out->add_option("url", into.url, "rtsp://…")->required();
  out->add_option("--transport", into.transport, "How the pictures come")
    ->check(CLI::IsMember({"tcp", "udp"}))
    ->capture_default_str();
  out->add_option("--username", into.username, "The login, not percent-encoded");
  out->add_flag("--password-stdin", into.password_from_stdin,
                "Read the password from the first line of the standard input");
  out->add_flag("--json", into.as_json, "One JSON object instead of text");
  out->add_option("--deadline", into.deadline_s, "Seconds for all of it")
    ->check(CLI::Range(1, 30))
    ->capture_default_str();
  out
    ->add_option_function<std::string>(
      "--sandbox", [&into](const std::string& x) { into.sandbox_required = x == "required"; },
      "What if the kernel cannot shut the worker off: required or best_effort")
    ->check(CLI::IsMember({"required", "best_effort"}));
  return out;
}

CLI::App* add_doctor(CLI::App& app, cli::doctor_options& into) {
  auto* out = app.add_subcommand(
    "doctor", "Look at this machine, the configuration and the cameras, and say what to mend");
  out->add_option("-c,--config", into.config, "The configuration, YAML");
  out->add_flag("--json", into.as_json, "One JSON object instead of text");
  out->add_flag("!--no-cameras", into.cameras, "Connect to no camera");
  return out;
}

void add_demo(CLI::App& app, cli::demo_options& into) {
  auto* out =
    app.add_subcommand("demo", "Run sixteen simulated cameras and a wall that shows them");
  out->add_option("--listen", into.listen, "Address and port of the wall")->capture_default_str();
  out->add_option("--clips", into.clips, "Folder of the clips (ops/make_clips.sh)");
  out->add_option("--work", into.work, "Folder for configuration, state and output");
  out->add_option("--camera-port", into.camera_port, "RTSP port of the first camera")
    ->capture_default_str();
  out->add_option("--control-port", into.control_port, "Control port of the simulator");
}

/// Other users can read the arguments of a process: none may hold a password for long.
void hide_addresses(int argc, char** argv) {
  for (auto* argument : std::span{argv, static_cast<std::size_t>(argc)})
    if (std::string_view text{argument}; text.find("://") != std::string_view::npos)
      std::fill_n(argument, text.size(), '*');
}

int run(int argc, char** argv) {
  CLI::App app{"camwall: a server for unattended camera walls"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "camwall " + cli::version());
  std::string config_file;
  auto* serve = app.add_subcommand("serve", "Run the wall");
  auto* check = app.add_subcommand("check", "Check a configuration and do nothing else");
  for (auto* command : {serve, check})
    command->add_option("-c,--config", config_file, "The configuration, YAML")->required();
  std::string in_force;
  bool wants_difference = false;
  auto* diff = check->add_flag("--diff", wants_difference,
                               "Say what would change, and exit with 3 when anything would");
  auto* against =
    check->add_option("--against", in_force, "The configuration that the server runs with");
  diff->needs(against);
  against->needs(diff);
  cli::demo_options demo_options;
  add_demo(app, demo_options);
  auto* hash = app.add_subcommand("hash-password", "Print the hash of a password, for users");
  auto* token = app.add_subcommand("make-token", "Print a new token and its hash, for users");
  std::string token_name = "token";
  token->add_option("--name", token_name, "What it is for")
    ->check(CLI::Validator{[](const std::string& x) {
                             auto plain = !x.empty() && x.size() <= 64 &&
                                          x.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789_-") == std::string::npos;
                             return plain
                                      ? std::string{}
                                      : std::string{"a name has 1 to 64 letters, digits, _ and -"};
                           },
                           "NAME"})
    ->capture_default_str();
  cli::probe_options probe_options;
  auto* probe = add_probe(app, probe_options);
  cli::doctor_options doctor_options;
  auto* doctor = add_doctor(app, doctor_options);
  std::string health_of = "127.0.0.1:8080";
  auto* health = app.add_subcommand("health", "Ask whether the server of this machine is alive");
  health->add_option("--listen", health_of, "Address and port of the wall")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  if (probe->parsed()) {
    hide_addresses(argc, argv);
    return cli::probe(std::move(probe_options));
  }
  if (doctor->parsed())
    return cli::doctor(doctor_options);
  if (health->parsed())
    return cli::health(health_of);
  if (serve->parsed())
    return cli::serve(config_file);
  if (check->parsed())
    return wants_difference ? cli::check_difference(config_file, in_force)
                            : cli::check(config_file);
  if (hash->parsed())
    return cli::hash_password();
  if (token->parsed())
    return cli::make_token(token_name);
  return cli::demo(demo_options);
}

} // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& x) {
    std::fprintf(stderr, "camwall: %s\n", x.what());
    return cli::exit_failed;
  }
}
