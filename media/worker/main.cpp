#include "media/worker/zygote.hpp"

#include <malloc.h>

#include <cstdio>
#include <cstring>
#include <span>
#include <string_view>

namespace {

/// Memory goes back to the system soon; a worker has one thread and needs one arena.
void set_up_allocator() {
  constexpr int keep_bytes_max = 128 * 1024;
  // NOLINTBEGIN(concurrency-mt-unsafe): there is one thread.
  ::mallopt(M_ARENA_MAX, 1);
  ::mallopt(M_TRIM_THRESHOLD, keep_bytes_max);
  ::mallopt(M_MMAP_THRESHOLD, keep_bytes_max);
  // NOLINTEND(concurrency-mt-unsafe)
}

/// The memory that /proc/PID/cmdline shows: all arguments, one behind the other.
std::span<char> command_line(int argc, char** argv) {
  auto* end = argv[argc - 1] + std::strlen(argv[argc - 1]) + 1;
  return {argv[0], static_cast<std::size_t>(end - argv[0])};
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 2 || std::string_view{argv[1]} != "--zygote") {
    std::fputs("camwall-worker is started by camwall, with --zygote and a control socket\n",
               stderr);
    return 2;
  }
  set_up_allocator();
  return camwall::media::run_zygote(command_line(argc, argv));
}
