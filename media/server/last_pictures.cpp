#include "media/server/last_pictures.hpp"

#include "core/errno_text.hpp"
#include "core/unique_fd.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace camwall::media {

namespace {

constexpr std::string_view suffix = ".jpg";
constexpr std::string_view start_of_image = "\xff\xd8";
constexpr std::string_view end_of_image = "\xff\xd9";
constexpr std::string_view comment_marker = "\xff\xfe";
constexpr std::string_view comment_begin = "camwall last picture: ";
constexpr std::size_t length_bytes = 2;
constexpr int side_max = 65'535;

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    auto n = ::write(fd, text.data(), text.size());
    if (n < 0)
      return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

/// Empty when it cannot be read, or is too large to be one of ours.
std::string read_file(const std::filesystem::path& file) {
  unique_fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)};
  constexpr std::size_t comment_bytes_max = 256;
  std::string out(fd ? last_pictures::picture_bytes_max + comment_bytes_max + 1 : 0, '\0');
  std::size_t size = 0;
  while (size < out.size()) {
    auto n = ::read(fd.get(), out.data() + size, out.size() - size);
    if (n < 0)
      return {};
    if (n == 0)
      break;
    size += static_cast<std::size_t>(n);
  }
  if (size == out.size())
    return {};
  out.resize(size);
  return out;
}

long long milliseconds_of(wall_time x) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(x.time_since_epoch()).count();
}

} // namespace

std::string with_comment(const snapshot& x) {
  std::array<char, 96> text{};
  auto n = std::snprintf(text.data(), text.size(), "%s%lld %d %d", comment_begin.data(),
                         milliseconds_of(x.taken), x.width, x.height);
  auto size = static_cast<std::size_t>(n) + length_bytes;
  std::string out{start_of_image};
  out.append(comment_marker).append(1, static_cast<char>(size >> 8));
  out.append(1, static_cast<char>(size)).append(text.data(), static_cast<std::size_t>(n));
  return out.append(x.jpeg, start_of_image.size());
}

snapshot_ptr read_commented(std::string jpeg) {
  auto head = start_of_image.size() + comment_marker.size() + length_bytes;
  std::string_view all{jpeg};
  if (all.size() < head + end_of_image.size() || !all.starts_with(start_of_image) ||
      !all.substr(start_of_image.size()).starts_with(comment_marker) ||
      !all.ends_with(end_of_image))
    return nullptr;
  auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(all[i]));
  };
  auto size = byte(head - 2) << 8 | byte(head - 1);
  if (size < length_bytes || all.size() < head - length_bytes + size)
    return nullptr;
  std::string comment{all.substr(head, size - length_bytes)};
  long long taken = 0;
  snapshot out;
  if (!comment.starts_with(comment_begin) ||
      std::sscanf(comment.c_str() + comment_begin.size(), "%lld %d %d", &taken, &out.width,
                  &out.height) != 3 ||
      taken <= 0 || out.width <= 0 || out.height <= 0 || out.width > side_max ||
      out.height > side_max)
    return nullptr;
  out.taken = wall_time{std::chrono::milliseconds{taken}};
  out.last_known = true;
  out.etag = "last-" + std::to_string(taken);
  jpeg.erase(start_of_image.size(), comment_marker.size() + size);
  out.jpeg = std::move(jpeg);
  return std::make_shared<const snapshot>(std::move(out));
}

last_pictures::last_pictures(std::filesystem::path folder, std::span<const std::string> known)
  : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, error);
  load(known);
  writer_ = std::thread{[this] { write_loop(); }};
}

last_pictures::~last_pictures() {
  {
    std::lock_guard guard{mutex_};
    quit_ = true;
  }
  changed_.notify_all();
  writer_.join();
}

void last_pictures::load(std::span<const std::string> known) {
  std::error_code error;
  for (std::filesystem::directory_iterator i{folder_, error}, end; !error && i != end;
       i.increment(error)) {
    auto name = i->path().filename().string();
    auto camera = name.substr(0, name.size() - std::min(name.size(), suffix.size()));
    auto is_ours = name.ends_with(suffix) && entries_.size() < cameras_max &&
                   std::find(known.begin(), known.end(), camera) != known.end();
    auto picture = is_ours ? read_commented(read_file(i->path())) : nullptr;
    std::error_code ignored;
    if (picture)
      entries_[camera].picture = std::move(picture);
    else if (name.ends_with(suffix) || name.ends_with(".tmp"))
      std::filesystem::remove(i->path(), ignored);
  }
}

snapshot_ptr last_pictures::find(std::string_view camera) const {
  std::lock_guard guard{mutex_};
  auto found = entries_.find(camera);
  return found == entries_.end() ? nullptr : found->second.picture;
}

void last_pictures::store(const std::string& camera, const snapshot& picture) {
  if (picture.jpeg.size() > picture_bytes_max || !picture.jpeg.starts_with(start_of_image) ||
      !picture.jpeg.ends_with(end_of_image))
    return;
  auto kept = picture;
  kept.last_known = true;
  kept.etag = "last-" + std::to_string(milliseconds_of(picture.taken));
  auto shared = std::make_shared<const snapshot>(std::move(kept));
  {
    std::lock_guard guard{mutex_};
    if (entries_.size() >= cameras_max && !entries_.contains(camera))
      return;
    auto& x = entries_[camera];
    x.picture.swap(shared);
    x.written = false;
  }
  changed_.notify_all();
}

void last_pictures::camera_is_down(const std::string& camera) {
  {
    std::lock_guard guard{mutex_};
    auto found = entries_.find(camera);
    if (found == entries_.end() || found->second.written)
      return;
    found->second.urgent = true;
  }
  changed_.notify_all();
}

void last_pictures::keep_only(const std::function<bool(std::string_view)>& is_known) {
  {
    std::lock_guard guard{mutex_};
    for (auto& [camera, x] : entries_)
      if (x.picture && !is_known(camera))
        x = {.picture = nullptr, .written = false, .urgent = true, .due = {}};
  }
  changed_.notify_all();
}

std::size_t last_pictures::size() const {
  std::lock_guard guard{mutex_};
  return static_cast<std::size_t>(std::count_if(
    entries_.begin(), entries_.end(), [](const auto& x) { return x.second.picture != nullptr; }));
}

void last_pictures::write_loop() {
  pthread_setname_np(pthread_self(), "last-pictures");
  std::unique_lock lock{mutex_};
  for (;;) {
    auto last = quit_;
    auto next = write_due(lock);
    if (last)
      return;
    if (quit_)
      continue;
    changed_.wait_until(lock, next);
  }
}

/// Writes what is due, and says when the next one is.
last_pictures::clock::time_point last_pictures::write_due(std::unique_lock<std::mutex>& lock) {
  auto now = clock::now();
  auto next = now + write_interval;
  auto is_due = [&](const entry& x) { return !x.written && (x.urgent || quit_ || x.due <= now); };
  for (;;) {
    auto i = std::find_if(entries_.begin(), entries_.end(),
                          [&](const auto& x) { return is_due(x.second); });
    if (i == entries_.end())
      break;
    auto camera = i->first;
    auto picture = i->second.picture;
    if (picture)
      i->second = {
        .picture = picture, .written = true, .urgent = false, .due = now + write_interval};
    else
      entries_.erase(i);
    lock.unlock();
    auto done = write(camera, picture);
    if (!done && !std::exchange(warned_, true))
      spdlog::error("{}: cannot be written ({}); last pictures are lost with a restart",
                    folder_.string(), errno_text(errno));
    warned_ = warned_ && !done;
    picture.reset();
    lock.lock();
  }
  for (const auto& [camera, x] : entries_)
    if (!x.written)
      next = std::min(next, x.due);
  return next;
}

bool last_pictures::write(const std::string& camera, const snapshot_ptr& picture) const {
  auto file = folder_ / (camera + std::string{suffix});
  if (!picture)
    return ::unlink(file.c_str()) == 0 || errno == ENOENT;
  auto temporary = folder_ / (camera + ".tmp");
  unique_fd fd{
    ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
  return fd && write_all(fd.get(), with_comment(*picture)) && ::fdatasync(fd.get()) == 0 &&
         ::rename(temporary.c_str(), file.c_str()) == 0;
}

} // namespace camwall::media
