// Changes the files of the API, on and on, until it is killed; and says what became of them.
//
//   camera_writer change FOLDER SEED   changes without end; "write ID N" or "remove ID 0" before
//   each change, "done" after it camera_writer write FOLDER ID N    one change; "good" or why not
//   camera_writer clean FOLDER         removes what a killed process left; the same
//   camera_writer show WALL_YAML       "ID LABEL" for each camera of the API, or what is wrong

#include "config/camera_document.hpp"
#include "config/camera_files.hpp"
#include "config/loader.hpp"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <span>
#include <string>

namespace {

using namespace std::string_literals;
namespace config = camwall::config;

constexpr std::size_t cameras = 8;
constexpr std::size_t padding_lines_max = 4000; // Some hundred kilobytes: written in many pieces.

/// Says it at once: the next moment this process may be dead.
void say(const std::string& line) {
  auto text = line + "\n";
  if (::write(STDOUT_FILENO, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    std::_Exit(1);
}

int report(const config::camera_files::result& x) {
  say(x ? "good" : x.error());
  return x ? 0 : 1;
}

std::string text_of(const std::string& id, const std::string& n, std::size_t padding_lines) {
  auto body = R"({"id": ")" + id + R"(", "url": "rtsp://u:secret@cam/", "label": "n)" + n + R"("})";
  auto camera = config::camera_from_json(body, {});
  auto out = config::camera_file_text(camera.value());
  for (std::size_t i = 0; i < padding_lines; ++i)
    out += "# a line that makes the file long enough to be torn\n";
  return out + "# end n" + n + "\n";
}

int change(config::camera_files files, unsigned seed) {
  std::mt19937 random{seed};
  if (auto done = files.clean(); !done)
    return report(done);
  for (unsigned n = seed * 100'000 + 1;; ++n) {
    auto id = "c" + std::to_string(random() % cameras);
    bool removes = random() % 4 == 0;
    say((removes ? "remove " : "write ") + id + " " + (removes ? "0"s : std::to_string(n)));
    auto padding = random() % 2 == 0 ? 0 : random() % padding_lines_max;
    auto done =
      removes ? files.remove(id) : files.write(id, text_of(id, std::to_string(n), padding));
    if (!done)
      return report(done);
    say("done");
  }
}

int show(const std::string& file) {
  auto wall = config::load_file(file, config::process_environment());
  if (!wall) {
    for (const auto& error : wall.error())
      say(to_string(error));
    return 1;
  }
  for (const auto& camera : wall->cameras)
    if (camera.api_owned)
      say(camera.id + " " + camera.label);
  for (const auto& warning : wall->warnings)
    say("warning: " + warning);
  return 0;
}

} // namespace

int main(int argc, char** argv) {
  std::span words{argv, static_cast<std::size_t>(argc)};
  auto order = argc < 3 ? "" : std::string{words[1]};
  if (order == "change" && argc == 4)
    return change(config::camera_files{words[2]}, static_cast<unsigned>(std::stoul(words[3])));
  if (order == "write" && argc == 5)
    return report(config::camera_files{words[2]}.write(words[3], text_of(words[3], words[4], 400)));
  if (order == "clean" && argc == 3)
    return report(config::camera_files{words[2]}.clean());
  if (order == "show" && argc == 3)
    return show(words[2]);
  std::cerr << "usage: see the head of camera_writer.cpp\n";
  return 2;
}
