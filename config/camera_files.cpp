#include "config/camera_files.hpp"

#include "config/camera_document.hpp"
#include "config/loader.hpp"
#include "config/sections.hpp"
#include "config/text_file.hpp"
#include "core/unique_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace camwall::config {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view temporary_begin = ".api-";
constexpr std::string_view temporary_end = ".yaml.tmp";

tl::unexpected<std::string> failure(std::string what, int error) {
  auto out = std::move(what) + ": " + std::generic_category().message(error);
  if (error == ENOSPC || error == EDQUOT)
    out += "; make room on that disk";
  else if (error == EROFS)
    out += "; mount it writable (systemd: ReadWritePaths)";
  else if (error == EACCES || error == EPERM)
    out += "; give it to the user that camwall runs as";
  return tl::unexpected(std::move(out));
}

unique_fd open_folder(const fs::path& folder) {
  return unique_fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    auto n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// Opens the folder, and makes it first where it is absent.
tl::expected<unique_fd, std::string> make_folder(const fs::path& folder) {
  auto fd = open_folder(folder);
  if (fd || errno != ENOENT) {
    if (fd)
      return fd;
    return failure("the folder " + folder.string() + " cannot be opened", errno);
  }
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return failure("the folder " + folder.string() + " cannot be made", errno);
  auto parent = open_folder(folder.parent_path());
  fd = open_folder(folder);
  if (!fd || !parent || ::fsync(parent.get()) != 0)
    return failure("the folder " + folder.string() + " cannot be made", errno);
  return fd;
}

tl::unexpected<std::string> no_id(std::string_view id) {
  return tl::unexpected(quote(id) + " is not the id of a camera, so no file is named after it");
}

/// Nothing when the file may be replaced: there is none, or it is the API's.
std::optional<std::string> find_foreign(const fs::path& file) {
  struct stat status {};
  if (::lstat(file.c_str(), &status) != 0) {
    if (errno == ENOENT)
      return std::nullopt;
    return failure(file.string() + " cannot be looked at", errno).value();
  }
  if (S_ISREG(status.st_mode)) {
    auto content = read_text_file(file, config_bytes_max);
    if (!content)
      return file.string() + " " + content.error();
    if (has_api_header(content->text))
      return std::nullopt;
  }
  return file.string() +
         " is not a file that the API wrote (its first line does not say so), so it is left alone; "
         "rename it or choose another id";
}

/// Gone at the end unless it got its final name.
class temporary_file {
public:
  temporary_file(int folder, std::string name) : folder_(folder), name_(std::move(name)) {
    constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    ::unlinkat(folder_, name_.c_str(), 0); // Of a process that was killed.
    fd_ = unique_fd{::openat(folder_, name_.c_str(), flags, 0600)};
  }
  ~temporary_file() {
    if (fd_ && !renamed_)
      ::unlinkat(folder_, name_.c_str(), 0);
  }
  temporary_file(const temporary_file&) = delete;
  temporary_file& operator=(const temporary_file&) = delete;

  /// False with errno. What is on the disk then has its whole content.
  bool fill(std::string_view text) const {
    return fd_ && write_all(fd_.get(), text) && ::fsync(fd_.get()) == 0;
  }

  bool rename_to(const std::string& name) {
    renamed_ = ::renameat(folder_, name_.c_str(), folder_, name.c_str()) == 0;
    return renamed_;
  }

private:
  int folder_;
  std::string name_;
  unique_fd fd_;
  bool renamed_ = false;
};

camera_files::result confirm(int folder, const fs::path& file, std::string_view done) {
  if (::fsync(folder) == 0)
    return {};
  return failure(file.string() + " was " + std::string{done} +
                   ", but the disk did not confirm it, so a power cut may undo it",
                 errno);
}

} // namespace

camera_files::camera_files(fs::path folder) : folder_(std::move(folder)) {
  // nop
}

fs::path camera_files::path_of(std::string_view id) const {
  return folder_ / api_file_name(id);
}

camera_files::result camera_files::clean() {
  std::error_code error;
  fs::directory_iterator entries{folder_, error};
  if (error == std::errc::no_such_file_or_directory)
    return {};
  for (; !error && entries != fs::directory_iterator{}; entries.increment(error)) {
    auto name = entries->path().filename().string();
    if (!name.starts_with(temporary_begin) || !name.ends_with(temporary_end))
      continue;
    if (::unlink(entries->path().c_str()) != 0 && errno != ENOENT)
      return failure(entries->path().string() + ", which a killed process left, cannot be removed",
                     errno);
  }
  if (error)
    return failure("the folder " + folder_.string() + " cannot be read", error.value());
  return {};
}

camera_files::result camera_files::write(std::string_view id, std::string_view text) {
  if (!is_camera_id(id))
    return no_id(id);
  auto folder = make_folder(folder_);
  if (!folder)
    return tl::unexpected(std::move(folder.error()));
  auto file = path_of(id);
  if (auto foreign = find_foreign(file))
    return tl::unexpected(std::move(*foreign));
  auto name = file.filename().string();
  temporary_file fresh{folder->get(), "." + name + ".tmp"};
  if (!fresh.fill(text) || !fresh.rename_to(name))
    return failure(file.string() + " cannot be written", errno);
  return confirm(folder->get(), file, "written");
}

camera_files::result camera_files::remove(std::string_view id) {
  if (!is_camera_id(id))
    return no_id(id);
  auto file = path_of(id);
  auto folder = open_folder(folder_);
  if (!folder && errno == ENOENT)
    return {};
  if (!folder)
    return failure("the folder " + folder_.string() + " cannot be opened", errno);
  if (auto foreign = find_foreign(file))
    return tl::unexpected(std::move(*foreign));
  if (::unlinkat(folder.get(), file.filename().c_str(), 0) != 0) {
    if (errno == ENOENT)
      return {};
    return failure(file.string() + " cannot be removed", errno);
  }
  return confirm(folder.get(), file, "removed");
}

} // namespace camwall::config
