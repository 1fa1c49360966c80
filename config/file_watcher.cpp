#include "config/file_watcher.hpp"

#include "config/loader.hpp"

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

namespace camwall::config {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t what_counts = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM |
                                      IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF |
                                      IN_ONLYDIR;

bool is_yaml(const std::string& name) {
  return name.ends_with(".yaml") && !name.starts_with('.');
}

} // namespace

file_watcher::file_watcher(bool use_inotify) {
  if (use_inotify)
    inotify_.reset(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
}

/// Goes along the path, over every link, and notes each place whose change would make it lead
/// elsewhere. Returns what it leads to.
fs::path file_watcher::follow(const fs::path& file, interests& into) {
  constexpr int links_max = 40; // As the kernel (path_resolution(7)).
  std::error_code error;
  auto rest = fs::absolute(file, error);
  fs::path done = rest.root_path();
  rest = rest.relative_path();
  for (int links = 0; !rest.empty();) {
    auto part = *rest.begin();
    auto after = rest.lexically_relative(part);
    rest = after == "." ? fs::path{} : after;
    if (part == "..") {
      done = done.parent_path();
      continue;
    }
    if (part == "." || part.empty())
      continue;
    auto here = done / part;
    auto is_link = fs::is_symlink(fs::symlink_status(here, error));
    if (is_link || rest.empty())
      into[done].names.insert(part.string());
    if (!is_link) {
      done = here;
      continue;
    }
    auto target = fs::read_symlink(here, error);
    if (error || ++links > links_max)
      return here;
    rest = rest.empty() ? target : target / rest;
    if (rest.is_absolute()) {
      done = rest.root_path();
      rest = rest.relative_path();
    }
  }
  return done;
}

bool file_watcher::watch(const std::vector<fs::path>& files, const std::vector<fs::path>& folders) {
  files_ = files;
  folders_ = folders;
  interests wanted;
  for (const auto& file : files)
    follow(file, wanted);
  for (const auto& folder : folders) {
    auto place = follow(folder, wanted);
    std::error_code error;
    if (fs::is_directory(place, error))
      wanted[place].all_yaml = true;
  }
  auto before = std::exchange(watches_, {});
  polls_ = false;
  for (auto& [folder, what] : wanted) {
    auto id = inotify_ ? inotify_add_watch(inotify_.get(), folder.c_str(), what_counts) : -1;
    if (id < 0) {
      polls_ = true;
      continue;
    }
    auto& known = watches_[id]; // Two paths may lead to one folder.
    known.names.merge(what.names);
    known.all_yaml = known.all_yaml || what.all_yaml;
  }
  bool grown = false;
  for (const auto& [id, what] : watches_)
    grown = grown || !before.contains(id);
  for (const auto& [id, what] : before)
    if (!watches_.contains(id))
      inotify_rm_watch(inotify_.get(), id);
  if (polls_)
    look(); // What it finds now is what later looks are compared with.
  else
    stamps_.clear();
  return grown;
}

bool file_watcher::counts(int watch, std::uint32_t mask, const std::string& name) {
  if ((mask & IN_Q_OVERFLOW) != 0)
    return true;
  auto known = watches_.find(watch);
  if (known == watches_.end())
    return false; // Not watched any more.
  if ((mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) != 0)
    return true;
  return known->second.names.contains(name) || (known->second.all_yaml && is_yaml(name));
}

bool file_watcher::take_events() {
  constexpr int reads_max = 64; // One that floods the folder must not keep us here.
  bool out = false;
  alignas(inotify_event) std::array<char, 16384> buffer{};
  for (int i = 0; inotify_ && i < reads_max; ++i) {
    auto n = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (n <= 0)
      break;
    for (std::size_t at = 0; at + sizeof(inotify_event) <= static_cast<std::size_t>(n);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      std::string name = event.len > 0 ? buffer.data() + at + sizeof event : "";
      out = counts(event.wd, event.mask, name) || out;
      if ((event.mask & IN_IGNORED) != 0)
        watches_.erase(event.wd);
      at += sizeof event + event.len;
    }
  }
  return out;
}

file_watcher::stamp file_watcher::stamp_of(const fs::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0)
    return {};
  constexpr std::int64_t second_ns = 1'000'000'000;
  return {found.st_ino, static_cast<std::uint64_t>(found.st_size),
          found.st_mtim.tv_sec * second_ns + found.st_mtim.tv_nsec,
          found.st_ctim.tv_sec * second_ns + found.st_ctim.tv_nsec};
}

bool file_watcher::look() {
  std::map<fs::path, stamp> now;
  for (const auto& file : files_)
    now[file] = stamp_of(file);
  for (const auto& folder : folders_) {
    std::error_code error;
    std::size_t seen = 0;
    for (fs::directory_iterator i{folder, error}, end; !error && i != end; i.increment(error)) {
      if (is_yaml(i->path().filename().string()))
        now[i->path()] = stamp_of(i->path());
      if (++seen == drop_ins_max)
        break;
    }
  }
  return std::exchange(stamps_, now) != now;
}

} // namespace camwall::config
