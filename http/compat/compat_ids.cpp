#include "http/compat/compat_ids.hpp"

#include "core/errno_text.hpp"
#include "core/rfc3339.hpp"
#include "core/unique_fd.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <limits>
#include <mutex>
#include <stdexcept>

namespace camwall::http {

namespace {

constexpr std::size_t uuid_chars = 36;

// RFC 9562 §5.4: 122 random bits, so that nobody guesses one.
std::string new_uuid() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("the system gives no random numbers");
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10)
      out.push_back('-');
    out.append({digits[bytes[i] / 16], digits[bytes[i] % 16]});
  }
  return out;
}

std::uint32_t unix_now_s() {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::seconds>(
                                      std::chrono::system_clock::now().time_since_epoch())
                                      .count());
}

/// What went wrong, as `errno` tells it; empty when nothing did.
std::string read_file(const std::filesystem::path& file, std::string& into) {
  unique_fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!fd)
    return errno_text(errno);
  into.resize(compat_ids::file_bytes_max + 1);
  std::size_t size = 0;
  while (size < into.size()) {
    auto n = ::read(fd.get(), into.data() + size, into.size() - size);
    if (n < 0)
      return errno_text(errno);
    if (n == 0)
      break;
    size += static_cast<std::size_t>(n);
  }
  into.resize(size);
  return {};
}

/// The same. What was there before stays whole until all of the new text is on the disk.
std::string write_file(const std::filesystem::path& file, std::string_view text) {
  auto temporary = file;
  temporary += ".tmp";
  unique_fd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!fd)
    return errno_text(errno);
  while (!text.empty()) {
    auto n = ::write(fd.get(), text.data(), text.size());
    if (n < 0)
      return errno_text(errno);
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (::fsync(fd.get()) != 0 || ::rename(temporary.c_str(), file.c_str()) != 0)
    return errno_text(errno);
  return {};
}

bool is_uuid(std::string_view text) {
  if (text.size() != uuid_chars)
    return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash != (text[i] == '-') ||
        (!dash && std::isxdigit(static_cast<unsigned char>(text[i])) == 0))
      return false;
  }
  return true;
}

std::string lower_case(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

} // namespace

tl::expected<compat_ids::loaded, std::string> compat_ids::load(
  const std::filesystem::path& file, std::span<const std::string> cameras) {
  loaded out;
  std::error_code error;
  if (std::filesystem::exists(file, error)) {
    std::string text;
    if (auto why = read_file(file, text); !why.empty())
      return tl::unexpected(file.string() + " cannot be read: " + why);
    if (!out.ids.read(text)) {
      auto aside = file.string() + ".bad";
      std::filesystem::rename(file, aside, error);
      if (error)
        return tl::unexpected(file.string() +
                              " is damaged and cannot be set aside: " + error.message());
      out.warning = file.string() + ": damaged, set aside as " + aside +
                    "; clients of the compatibility listeners have to look up their ids again";
      out.ids = {};
      out.ids.next_ = unix_now_s();
    }
  }
  if (!out.ids.complete(cameras))
    return out;
  if (auto why = write_file(file, out.ids.to_text()); !why.empty())
    return tl::unexpected(file.string() + " cannot be written: " + why);
  return out;
}

std::string compat_ids::extend(const std::filesystem::path& file,
                               std::span<const std::string> cameras) {
  compat_ids next;
  if (!next.read(to_text()))
    return "the ids of the compatibility listeners contradict each other";
  if (!next.complete(cameras))
    return {};
  if (auto why = write_file(file, next.to_text()); !why.empty())
    return file.string() + " cannot be written: " + why;
  std::unique_lock guard{*mutex_};
  // What is there already keeps its place in memory: others may hold pointers to it.
  ids_.merge(next.ids_);
  numbers_.merge(next.numbers_);
  uuids_.merge(next.uuids_);
  next_ = next.next_;
  return {};
}

bool compat_ids::read(const std::string& text) {
  auto tree = nlohmann::json::parse(text, nullptr, false);
  if (text.size() > file_bytes_max || !tree.is_object() || !tree.contains("next") ||
      !tree["next"].is_number_unsigned() || !tree.contains("cameras") ||
      !tree["cameras"].is_object() || tree["cameras"].size() > cameras_max)
    return false;
  auto next = tree["next"].get<std::uint64_t>();
  if (next == 0 || next > std::numeric_limits<std::uint32_t>::max())
    return false;
  next_ = static_cast<std::uint32_t>(next);
  for (const auto& [camera, x] : tree["cameras"].items()) {
    if (!x.is_object() || !x.value("number", nlohmann::json{}).is_number_unsigned() ||
        !x.value("uuid", nlohmann::json{}).is_string() ||
        !x.value("created", nlohmann::json{}).is_string())
      return false;
    auto number = x["number"].get<std::uint64_t>();
    auto uuid = lower_case(x["uuid"].get<std::string>());
    if (number == 0 || number >= next_ || !is_uuid(uuid))
      return false;
    compat_id id{static_cast<std::uint32_t>(number), uuid, x["created"].get<std::string>()};
    if (!numbers_.emplace(id.number, camera).second || !uuids_.emplace(uuid, camera).second)
      return false;
    ids_.emplace(camera, std::move(id));
  }
  return true;
}

/// True when anything was added.
bool compat_ids::complete(std::span<const std::string> cameras) {
  auto changed = false;
  auto now = rfc3339(std::chrono::system_clock::now());
  for (const auto& camera : cameras) {
    if (ids_.contains(camera))
      continue;
    if (ids_.size() >= cameras_max || next_ == std::numeric_limits<std::uint32_t>::max())
      break; // Such a camera cannot be asked for by id, only by address.
    compat_id id{next_++, new_uuid(), now};
    numbers_.emplace(id.number, camera);
    uuids_.emplace(id.uuid, camera);
    ids_.emplace(camera, std::move(id));
    changed = true;
  }
  return changed;
}

std::string compat_ids::to_text() const {
  auto cameras = nlohmann::json::object();
  for (const auto& [camera, x] : ids_)
    cameras[camera] = {{"number", x.number}, {"uuid", x.uuid}, {"created", x.created}};
  return nlohmann::json{{"next", next_}, {"cameras", std::move(cameras)}}.dump(1) + "\n";
}

const compat_id* compat_ids::find(std::string_view camera) const {
  std::shared_lock guard{*mutex_};
  auto found = ids_.find(camera);
  return found == ids_.end() ? nullptr : &found->second;
}

std::string_view compat_ids::camera_of(std::uint32_t number) const {
  std::shared_lock guard{*mutex_};
  auto found = numbers_.find(number);
  return found == numbers_.end() ? std::string_view{} : std::string_view{found->second};
}

std::string_view compat_ids::camera_of(std::string_view uuid) const {
  std::shared_lock guard{*mutex_};
  auto found = is_uuid(uuid) ? uuids_.find(lower_case(uuid)) : uuids_.end();
  return found == uuids_.end() ? std::string_view{} : std::string_view{found->second};
}

} // namespace camwall::http
