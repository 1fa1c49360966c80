#include "media/worker/segment_files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <tuple>
#include <vector>

namespace camwall::media {

namespace {

/// A camera of 2 Mbit/s fills this four times a second: few system calls, little memory.
constexpr std::size_t buffer_bytes_max = std::size_t{64} * 1024;

/// No camera makes a segment of this size; a stream without keyframes does.
constexpr std::uint64_t segment_bytes_max = 64ULL * 1024 * 1024;

constexpr std::size_t leftovers_max = 10'000;

constexpr std::uint64_t bytes_per_mb = 1024UL * 1024;

/// What a few streams need at one time.
constexpr std::uint64_t inodes_min = 16;

tl::unexpected<failed> io_error(const char* what, const std::string& name, int error) {
  return fail(reason::resources,
              std::string{what} + ' ' + name + ": " + std::generic_category().message(error));
}

int write_all(int fd, const std::uint8_t* data, std::size_t size) noexcept {
  while (size > 0) {
    auto n = ::write(fd, data, size);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return errno;
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return 0;
}

std::string temporary(const std::string& name) {
  return name + ".tmp";
}

} // namespace

tl::expected<output_folder, failed> output_folder::open(const std::string& path) {
  unique_fd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd)
    return io_error("cannot open", path, errno);
  return output_folder{path, std::move(fd)};
}

tl::expected<unique_fd, failed> output_folder::create(const std::string& name) const {
  unique_fd fd{::openat(folder_.get(), temporary(name).c_str(),
                        O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644)};
  if (!fd)
    return io_error("cannot create", name, errno);
  return fd;
}

status output_folder::commit(const std::string& name) const {
  if (::renameat(folder_.get(), temporary(name).c_str(), folder_.get(), name.c_str()) != 0)
    return io_error("cannot rename", name, errno);
  return {};
}

status output_folder::replace(const std::string& name, std::string_view content) const {
  auto file = create(name);
  if (!file)
    return tl::unexpected{file.error()};
  const auto* data = reinterpret_cast<const std::uint8_t*>(content.data());
  if (auto error = write_all(file->get(), data, content.size()); error != 0) {
    remove(temporary(name));
    return io_error("cannot write", name, error);
  }
  file->reset();
  return commit(name);
}

status output_folder::verify(const std::string& playlist, const std::string& segment,
                             std::uint64_t size) const {
  unique_fd file{::open((path_ + '/' + playlist).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
  if (!file)
    return io_error("cannot read back", playlist, errno);
  std::string end(segment.size() + 1, '\0');
  auto length = ::lseek(file.get(), 0, SEEK_END);
  auto at = length - static_cast<off_t>(end.size());
  if (at < 0 ||
      ::pread(file.get(), end.data(), end.size(), at) != static_cast<ssize_t>(end.size()) ||
      end != segment + '\n')
    return fail(reason::resources, playlist + " does not end with the segment that was published");
  struct stat found {};
  if (size > 0 && ::stat((path_ + '/' + segment).c_str(), &found) != 0)
    return io_error("cannot find", segment, errno);
  if (size > 0 && static_cast<std::uint64_t>(found.st_size) != size)
    return fail(reason::resources, segment + " has " + std::to_string(found.st_size) + " of its " +
                                     std::to_string(size) + " bytes");
  return {};
}

status output_folder::check_room(std::uint32_t free_min_mb) const {
  struct statvfs disk {};
  if (::fstatvfs(folder_.get(), &disk) != 0)
    return {}; // What can't be known stops nothing; a write that fails still will.
  auto free_mb = disk.f_bavail * disk.f_frsize / bytes_per_mb;
  if (free_mb < free_min_mb)
    return fail(reason::resources, "only " + std::to_string(free_mb) +
                                     " MiB are free on the disk; " + std::to_string(free_min_mb) +
                                     " are to stay free");
  // Some file systems have no fixed number of inodes and say 0.
  if (disk.f_files > 0 && disk.f_favail < inodes_min)
    return fail(reason::resources,
                "only " + std::to_string(disk.f_favail) + " inodes are free on the disk");
  return {};
}

void output_folder::remove(const std::string& name) const noexcept {
  ::unlinkat(folder_.get(), name.c_str(), 0);
}

std::deque<std::string> output_folder::leftovers(const std::string& run) const {
  // A descriptor of its own, since closedir closes it.
  auto fd = ::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  std::unique_ptr<DIR, int (*)(DIR*)> dir{fd >= 0 ? ::fdopendir(fd) : nullptr, ::closedir};
  if (!dir)
    return {};
  std::vector<std::tuple<std::int64_t, std::int64_t, std::string>> found;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream is ours alone.
  while (const auto* entry = ::readdir(dir.get())) {
    std::string name{entry->d_name};
    bool playlist = name.ends_with(".m3u8");
    bool own = name.starts_with(run + '-') || name.starts_with("init-" + run + '-');
    struct stat info {};
    if (playlist || own || found.size() >= leftovers_max ||
        ::fstatat(folder_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(info.st_mode))
      continue;
    found.emplace_back(info.st_mtim.tv_sec, info.st_mtim.tv_nsec, std::move(name));
  }
  std::sort(found.begin(), found.end());
  std::deque<std::string> out;
  for (auto& x : found)
    out.push_back(std::move(std::get<2>(x)));
  return out;
}

void segment_file::begin(std::string name) {
  abandon();
  name_ = std::move(name);
  size_ = 0;
}

status segment_file::append(byte_view what) {
  size_ += what.size();
  if (size_ > segment_bytes_max)
    return fail(reason::protocol, "no keyframe in " + std::to_string(segment_bytes_max) + " bytes");
  if (!buffer_.empty() && buffer_.size() + what.size() > buffer_bytes_max)
    if (auto done = flush(); !done)
      return done;
  media::append(buffer_, what);
  return buffer_.size() > buffer_bytes_max ? flush() : status{};
}

status segment_file::flush() {
  if (!file_) {
    auto file = folder_.create(name_);
    if (!file)
      return tl::unexpected{file.error()};
    file_ = std::move(*file);
  }
  if (auto error = write_all(file_.get(), buffer_.data(), buffer_.size()); error != 0)
    return io_error("cannot write", name_, error);
  buffer_.clear();
  if (buffer_.capacity() > 2 * buffer_bytes_max)
    buffer_ = {}; // A large keyframe went through.
  return {};
}

status segment_file::commit() {
  if (size_ == 0)
    return {};
  if (auto done = flush(); !done)
    return done;
  file_.reset();
  return folder_.commit(name_);
}

void segment_file::abandon() noexcept {
  buffer_.clear();
  if (!file_)
    return;
  file_.reset();
  folder_.remove(temporary(name_));
}

} // namespace camwall::media
