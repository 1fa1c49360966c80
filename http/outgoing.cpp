#include "http/outgoing.hpp"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace camwall::http {

namespace {

constexpr std::uint64_t small_file_bytes_max = 16'384; // Up to here one send beats sendfile.
constexpr std::uint64_t sendfile_bytes = 524'288;
constexpr int turn_steps_max = 4; // Of sendfile: a fast reader must not starve the others.
constexpr std::size_t kept_bytes_max = 4096; // Memory that an idle connection keeps.

bool read_whole(const file_part& file, std::string& out) {
  auto at = out.size();
  auto end = at + file.size;
  auto offset = static_cast<off_t>(file.offset);
  out.resize(end);
  while (at < end) {
    auto n = ::pread(file.fd.get(), out.data() + at, end - at, offset);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return false;
    at += static_cast<std::size_t>(n);
    offset += n;
  }
  return true;
}

} // namespace

void outgoing::begin(response x, const head_options& options) {
  reset();
  active_ = true;
  append_head(head_, x, options);
  if (x.omit_body || x.status == 304 || x.source)
    return;
  if (!x.file.fd)
    head_.append(x.body);
  else if (x.file.size <= small_file_bytes_max)
    broken_ = !read_whole(x.file, head_);
  else
    file_ = std::move(x.file);
}

void outgoing::begin_piece(std::string bytes) {
  reset();
  active_ = true;
  head_ = std::move(bytes);
}

void outgoing::reset() {
  if (head_.capacity() > kept_bytes_max)
    std::string{}.swap(head_);
  head_.clear();
  head_sent_ = 0;
  file_ = {};
  sent_ = 0;
  active_ = false;
  broken_ = false;
}

outgoing::progress outgoing::pump(int socket) {
  if (broken_)
    return progress::failed;
  if (auto x = pump_head(socket); x != progress::done)
    return x;
  return pump_file(socket);
}

outgoing::progress outgoing::pump_head(int socket) {
  auto more = file_.size > 0 ? MSG_MORE : 0;
  while (head_sent_ < head_.size()) {
    auto n = ::send(socket, head_.data() + head_sent_, head_.size() - head_sent_,
                    MSG_NOSIGNAL | MSG_DONTWAIT | more);
    if (n < 0) {
      if (errno == EINTR)
        continue;
      return errno == EAGAIN ? progress::blocked : progress::failed;
    }
    head_sent_ += static_cast<std::size_t>(n);
    sent_ += static_cast<std::uint64_t>(n);
  }
  return progress::done;
}

outgoing::progress outgoing::pump_file(int socket) {
  for (int step = 0; file_.size > 0; ++step) {
    if (step == turn_steps_max)
      return progress::yielded;
    auto offset = static_cast<off_t>(file_.offset);
    auto n = ::sendfile(socket, file_.fd.get(), &offset, std::min(file_.size, sendfile_bytes));
    if (n < 0) {
      if (errno == EINTR)
        continue;
      return errno == EAGAIN ? progress::blocked : progress::failed;
    }
    if (n == 0) // The file was truncated: the announced length cannot be kept.
      return progress::failed;
    file_.offset = static_cast<std::uint64_t>(offset);
    file_.size -= static_cast<std::uint64_t>(n);
    sent_ += static_cast<std::uint64_t>(n);
  }
  return progress::done;
}

} // namespace camwall::http
