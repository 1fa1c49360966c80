#include "http/file_responder.hpp"

#include "http/byte_range.hpp"
#include "http/problem.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> mime_types{{
  {"m3u8", "application/vnd.apple.mpegurl"}, // RFC 8216 §4
  {"m4s", "video/iso.segment"},
  {"mp4", "video/mp4"},
  {"ts", "video/mp2t"},
  {"html", "text/html; charset=utf-8"},
  {"css", "text/css; charset=utf-8"},
  {"js", "text/javascript; charset=utf-8"}, // RFC 9239
  {"mjs", "text/javascript; charset=utf-8"},
  {"json", "application/json"},
  {"map", "application/json"},
  {"svg", "image/svg+xml"},
  {"png", "image/png"},
  {"ico", "image/x-icon"},
  {"woff2", "font/woff2"},
  {"webmanifest", "application/manifest+json"},
}};

unique_fd open_beneath(int directory, const char* relative) noexcept {
  open_how how{};
  // Not blocking: opening a FIFO would otherwise wait for its writer.
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return unique_fd{static_cast<int>(syscall(SYS_openat2, directory, relative, &how, sizeof how))};
}

unique_fd open_directory(const std::filesystem::path& path) noexcept {
  return unique_fd{::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
}

// Changes whenever the content does: a file is replaced by rename (inode) or written anew (size,
// time).
std::string entity_tag(const struct stat& x) {
  std::array<char, 72> text{};
  std::snprintf(
    text.data(), text.size(), "\"%llx-%llx-%llx%08lx\"", static_cast<unsigned long long>(x.st_ino),
    static_cast<unsigned long long>(x.st_size), static_cast<unsigned long long>(x.st_mtim.tv_sec),
    static_cast<unsigned long>(x.st_mtim.tv_nsec));
  return text.data();
}

response missing(int error) {
  if (error == EMFILE || error == ENFILE || error == ENOMEM) {
    auto x =
      problem(503, "out_of_descriptors", "The server is short of file descriptors; try again.");
    x.add("Retry-After", "1");
    return x;
  }
  return problem(404, "not_found", "There is no such file.");
}

} // namespace

std::string_view mime_type(std::string_view name) noexcept {
  auto dot = name.rfind('.');
  auto extension = dot == std::string_view::npos ? std::string_view{} : name.substr(dot + 1);
  for (const auto& [ending, type] : mime_types)
    if (ending == extension)
      return type;
  return "application/octet-stream";
}

bool is_text(std::string_view mime_type) noexcept {
  return mime_type.starts_with("text/") || mime_type.starts_with("application/json") ||
         mime_type == "application/manifest+json" || mime_type == "image/svg+xml";
}

file_responder::file_responder(std::filesystem::path root)
  : root_(std::move(root)), directory_(std::make_shared<const unique_fd>(open_directory(root_))) {
  // nop
}

file_responder::shared_fd file_responder::current() const {
  std::lock_guard guard{mutex_};
  return directory_;
}

// Returns null when the path still names the folder that is held.
file_responder::shared_fd file_responder::reopen(const shared_fd& old) const {
  struct stat held {};
  struct stat named {};
  if (::stat(root_.c_str(), &named) != 0)
    return nullptr;
  if (*old && ::fstat(old->get(), &held) == 0 && held.st_ino == named.st_ino &&
      held.st_dev == named.st_dev)
    return nullptr;
  auto fresh = std::make_shared<const unique_fd>(open_directory(root_));
  if (!*fresh)
    return nullptr;
  std::lock_guard guard{mutex_};
  directory_ = fresh;
  return fresh;
}

unique_fd file_responder::open(const std::string& relative) const {
  auto directory = current();
  auto fd = open_beneath(directory->get(), relative.c_str());
  if (fd || (errno != ENOENT && errno != EBADF))
    return fd;
  auto error = errno;
  directory = reopen(directory);
  errno = error;
  return directory ? open_beneath(directory->get(), relative.c_str()) : unique_fd{};
}

file_responder::found file_responder::look(const std::string& relative) const {
  found out;
  out.fd = open(relative);
  if (!out.fd) {
    out.error = errno;
    return out;
  }
  struct stat info {};
  if (::fstat(out.fd.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    out.fd = unique_fd{};
    out.error = ENOENT;
    return out;
  }
  out.size = static_cast<std::uint64_t>(info.st_size);
  out.etag = entity_tag(info);
  return out;
}

response file_responder::serve_packed(const request& x, const std::string& relative,
                                      std::string_view cache_control, gzip_store& packed) const {
  auto type = mime_type(relative);
  if (!is_text(type))
    return serve(x, relative, cache_control);
  gzip_store::body body;
  std::string etag;
  if (accepts_gzip(x.header("Accept-Encoding"))) {
    auto file = look(relative);
    if (!file.fd)
      return missing(file.error);
    body = packed.get(file.etag, file.fd.get(), file.size);
    etag = packed_tag(file.etag);
  }
  if (!body) {
    auto out = serve(x, relative, cache_control);
    out.vary_by("Accept-Encoding");
    return out;
  }
  auto field = x.header("If-None-Match");
  auto known = !field.empty() && matches_etag(field, etag);
  auto out = known ? response{} : text_response(200, type, *body);
  if (known)
    out.status = 304;
  else
    out.add("Content-Encoding", "gzip");
  out.add("Cache-Control", cache_control).add("ETag", etag).vary_by("Accept-Encoding");
  return out;
}

response file_responder::serve(const request& x, const std::string& relative,
                               std::string_view cache_control) const {
  auto [fd, total, etag, error] = look(relative);
  if (!fd)
    return missing(error);
  response out;
  out.add("Content-Type", mime_type(relative)).add("Cache-Control", cache_control);
  out.add("ETag", etag).add("Accept-Ranges", "bytes");
  if (auto field = x.header("If-None-Match"); !field.empty() && matches_etag(field, etag)) {
    out.status = 304;
    return out;
  }
  byte_range range;
  // RFC 9110 §14.2: only for GET; §13.1.5: not when If-Range names another version.
  auto if_range = x.header("If-Range");
  if (x.method == method::get && (if_range.empty() || if_range == etag))
    range = parse_range(x.header("Range"), total);
  if (range.what == byte_range::kind::unsatisfiable) {
    auto refused = problem(416, "range_not_satisfiable", "The range lies outside of the file.");
    refused.add("Content-Range", "bytes */" + std::to_string(total));
    return refused;
  }
  out.file = {std::move(fd), 0, total};
  if (range.what == byte_range::kind::part) {
    out.status = 206;
    out.file.offset = range.offset;
    out.file.size = range.size;
    out.add("Content-Range", "bytes " + std::to_string(range.offset) + "-" +
                               std::to_string(range.offset + range.size - 1) + "/" +
                               std::to_string(total));
  }
  return out;
}

} // namespace camwall::http
