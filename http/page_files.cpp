#include "http/page_files.hpp"

#include "http/byte_range.hpp"
#include "http/problem.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>
#include <vector>

namespace camwall::http {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view static_prefix = "/static/";
constexpr std::string_view asked_each_time = "no-cache";
// RFC 8246; a year is what caches take for "for ever".
constexpr std::string_view never_asked_again = "private, max-age=31536000, immutable";

// FNV-1a: nobody gains by a collision here.
class fingerprint {
public:
  void add(std::string_view bytes) noexcept {
    for (auto x : bytes)
      value_ = (value_ ^ static_cast<unsigned char>(x)) * 0x100000001b3ULL;
  }

  template <class T>
  void add_number(T x) noexcept {
    add({reinterpret_cast<const char*>(&x), sizeof x});
  }

  std::string text() const {
    std::array<char, 17> out{};
    std::snprintf(out.data(), out.size(), "%016llx", static_cast<unsigned long long>(value_));
    return out.data();
  }

private:
  std::uint64_t value_ = 0xcbf29ce484222325ULL;
};

std::vector<fs::path> files_below(const fs::path& root) {
  std::vector<fs::path> out;
  std::error_code error;
  fs::recursive_directory_iterator at{root, error};
  for (; !error && at != fs::recursive_directory_iterator{} && out.size() < page_files::files_max;
       at.increment(error))
    if (at->is_regular_file(error))
      out.push_back(at->path());
  std::sort(out.begin(), out.end());
  return out;
}

// A file is replaced by rename (inode) or written anew (size, time).
std::string edition_of(const fs::path& root) {
  fingerprint out;
  for (const auto& path : files_below(root)) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0)
      continue;
    out.add(path.native());
    out.add_number(info.st_ino);
    out.add_number(info.st_size);
    out.add_number(info.st_mtim.tv_sec);
    out.add_number(info.st_mtim.tv_nsec);
  }
  return out.text();
}

} // namespace

page_files::page_files(fs::path root, clock now)
  : root_(std::move(root)), now_(std::move(now)), files_(root_) {
  // nop
}

std::shared_ptr<const page_files::edition> page_files::present() const {
  std::lock_guard guard{mutex_};
  auto now = now_();
  if (present_ && now - present_->looked < looked_after)
    return present_;
  auto name = edition_of(root_);
  auto same = present_ && present_->name == name;
  auto page = same ? present_->page : read_page(name);
  auto packed = same ? present_->packed : gzip(page);
  present_ = std::make_shared<const edition>(
    edition{std::move(name), std::move(page), std::move(packed), now});
  return present_;
}

std::string page_files::read_page(const std::string& name) const {
  auto path = root_ / "index.html";
  std::error_code error;
  auto size = fs::file_size(path, error);
  if (error || size > page_bytes_max)
    return {};
  std::ifstream in{path, std::ios::binary};
  std::string out{std::istreambuf_iterator<char>{in}, {}};
  for (auto at = out.find(static_prefix); at != std::string::npos;
       at = out.find(static_prefix, at + static_prefix.size()))
    out.insert(at + static_prefix.size(), "@" + name + "/");
  return out;
}

response page_files::page(const request& x) const {
  auto now = present();
  if (now->page.empty())
    return problem(404, "not_found", "There is no page.");
  auto packs = !now->packed.empty() && accepts_gzip(x.header("Accept-Encoding"));
  auto etag = '"' + now->name + '"';
  if (packs)
    etag = packed_tag(etag);
  auto field = x.header("If-None-Match");
  auto known = !field.empty() && matches_etag(field, etag);
  auto out = known ? response{}
                   : text_response(200, mime_type("index.html"), packs ? now->packed : now->page);
  if (known)
    out.status = 304;
  else if (packs)
    out.add("Content-Encoding", "gzip");
  out.add("Cache-Control", asked_each_time).add("ETag", etag).vary_by("Accept-Encoding");
  return out;
}

response page_files::file(const request& x, std::string_view relative) const {
  if (!relative.starts_with('@'))
    return files_.serve_packed(x, std::string{relative}, asked_each_time, packed_);
  auto end = std::min(relative.find('/'), relative.size());
  auto name = relative.substr(1, end - 1);
  auto rest = relative.substr(std::min(end + 1, relative.size()));
  auto keeps = name == present()->name;
  return files_.serve_packed(x, std::string{rest}, keeps ? never_asked_again : asked_each_time,
                             packed_);
}

} // namespace camwall::http
