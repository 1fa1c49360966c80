// Preloaded into a server under test: the time of day as a test sets it. The file that
// CAMWALL_TEST_CLOCK names holds the seconds to add, as a 64-bit integer; the clocks that nobody
// sets stay as they are.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>

namespace {

std::int64_t added_seconds() noexcept {
  static const auto* shared = []() -> const std::atomic<std::int64_t>* {
    const auto* name = std::getenv("CAMWALL_TEST_CLOCK"); // NOLINT(concurrency-mt-unsafe)
    auto fd = name != nullptr ? ::open(name, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
      return nullptr;
    auto* at = ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, fd, 0);
    ::close(fd);
    return at == MAP_FAILED ? nullptr : static_cast<const std::atomic<std::int64_t>*>(at);
  }();
  return shared != nullptr ? shared->load() : 0;
}

template <class Function>
Function* real(const char* name) noexcept {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

} // namespace

extern "C" {

int clock_gettime(clockid_t which, timespec* out) noexcept {
  static auto* original = real<int(clockid_t, timespec*)>("clock_gettime");
  auto result = original(which, out);
  if (result == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
    out->tv_sec += added_seconds();
  return result;
}

int gettimeofday(timeval* out, void* zone) noexcept {
  static auto* original = real<int(timeval*, void*)>("gettimeofday");
  auto result = original(out, zone);
  if (result == 0)
    out->tv_sec += added_seconds();
  return result;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr)
    *out = now.tv_sec;
  return now.tv_sec;
}
}
