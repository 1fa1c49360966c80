#include "cli/commands.hpp"
#include "cli/doctor_cameras.hpp"
#include "cli/doctor_text.hpp"
#include "cli/log.hpp"
#include "cli/process.hpp"
#include "config/loader.hpp"

#include <fmt/format.h>

#include <iostream>
#include <iterator>

namespace camwall::cli {

namespace {

void append(std::vector<finding>& to, std::vector<finding> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::vector<finding> look_at_configuration(const std::filesystem::path& file, config::wall& into) {
  constexpr auto check = "configuration";
  std::vector<finding> out;
  auto config = config::load_file(file, config::process_environment());
  if (!config) {
    for (const auto& x : config.error())
      out.push_back({check, verdict::bad, to_string(x), "mend it; camwall.yaml(5) has every key"});
    return out;
  }
  for (const auto& x : config->warnings)
    out.push_back({check, verdict::warn, x, "mend it when you can"});
  out.push_back(
    {check, verdict::ok, fmt::format("{}: {} cameras", file.string(), config->cameras.size()), ""});
  into = std::move(*config);
  return out;
}

} // namespace

int doctor(const doctor_options& options) {
  forbid_core_dumps();
  set_up_log({.level = "off"});
  config::wall wall;
  auto with_config = !options.config.empty();
  auto out = with_config ? look_at_configuration(options.config, wall) : std::vector<finding>{};
  auto wrong = worst_of(out) == verdict::bad;
  append(out, {look_at_install(), look_at_sandbox(wall), look_at_pidfd(), look_at_clock()});
  if (!wrong)
    append(out, {look_at_descriptors(wall, find_descriptor_limit())});
  if (with_config && !wrong) {
    append(out, {look_at_output(wall), look_at_state(wall)});
    append(out, look_at_ports(wall));
    if (options.cameras)
      append(out, look_at_cameras(wall));
  }
  std::cout << (options.as_json ? findings_as_json(out) : findings_as_text(out)) << std::flush;
  return wrong ? exit_bad_config : worst_of(out) == verdict::bad ? exit_failed : exit_ok;
}

} // namespace camwall::cli
