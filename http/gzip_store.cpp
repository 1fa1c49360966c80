#include "http/gzip_store.hpp"

#include "http/request.hpp"

#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>

namespace camwall::http {

namespace {

constexpr int window_bits = 15 + 16; // zlib: the largest window, in the gzip format.
constexpr int memory_level = 8;      // zlib's default.

// What one entry costs besides its bytes; also bounds the entries without any.
constexpr std::size_t entry_bytes = 256;

// RFC 9110 §12.4.2: nought means "not acceptable".
bool is_nought(std::string_view weight) noexcept {
  return weight.starts_with('0') && weight.find_first_not_of("0.") == std::string_view::npos;
}

struct coding {
  std::string_view name;
  bool taken;
};

coding parse_coding(std::string_view item) noexcept {
  auto semicolon = std::min(item.find(';'), item.size());
  auto name = trim(item.substr(0, semicolon));
  auto rest = trim(item.substr(std::min(semicolon + 1, item.size())));
  auto weighted = rest.size() > 2 && (rest[0] == 'q' || rest[0] == 'Q') && rest[1] == '=';
  return {name, !weighted || !is_nought(trim(rest.substr(2)))};
}

// Empty when it cannot be read, or is shorter by now.
std::string read_whole(int fd, std::size_t size) {
  std::string out(size, '\0');
  std::size_t at = 0;
  while (at < size) {
    auto n = ::pread(fd, out.data() + at, size - at, static_cast<off_t>(at));
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return {};
    at += static_cast<std::size_t>(n);
  }
  return out;
}

} // namespace

bool accepts_gzip(std::string_view field) noexcept {
  auto any = false;
  while (!field.empty()) {
    auto item = field.substr(0, field.find(','));
    field.remove_prefix(std::min(item.size() + 1, field.size()));
    auto [name, taken] = parse_coding(item);
    if (equal_ignoring_case(name, "gzip") || equal_ignoring_case(name, "x-gzip"))
      return taken;
    if (name == "*")
      any = taken;
  }
  return any;
}

std::string packed_tag(std::string_view tag) {
  std::string out{tag};
  out.insert(out.size() - 1, "-gzip");
  return out;
}

std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, memory_level,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  // zlib does not write to what it reads.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  auto done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(done ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

gzip_store::body gzip_store::get(std::string_view tag, int fd, std::size_t size) {
  if (size == 0 || size > file_bytes_max)
    return nullptr;
  {
    std::lock_guard guard{mutex_};
    if (auto found = bodies_.find(tag); found != bodies_.end())
      return found->second;
  }
  // Not under the lock: others are not to wait. Two that ask at once do the work twice, once.
  auto text = read_whole(fd, size);
  auto out = text.empty() ? text : gzip(text);
  auto worth = !out.empty() && out.size() < size;
  out.shrink_to_fit();
  auto made = worth ? std::make_shared<const std::string>(std::move(out)) : nullptr;
  keep(tag, made);
  return made;
}

void gzip_store::keep(std::string_view tag, const body& x) {
  auto cost = entry_bytes + (x ? x->size() : 0);
  std::lock_guard guard{mutex_};
  if (bytes_ + cost > bytes_max_) {
    bodies_.clear();
    bytes_ = 0;
  }
  if (bodies_.try_emplace(std::string{tag}, x).second)
    bytes_ += cost;
}

} // namespace camwall::http
