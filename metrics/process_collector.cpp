#include "metrics/process_collector.hpp"

#include "metrics/families.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace camwall::metrics {

namespace {

double seconds(const timeval& x) {
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6;
}

/// Unix time at which this process started, read once: field 22 of /proc/self/stat counts from the
/// boot.
double start_time() {
  std::ifstream stat{"/proc/self/stat"};
  std::string text{std::istreambuf_iterator<char>{stat}, {}};
  std::ifstream uptime_file{"/proc/uptime"};
  double uptime = 0;
  uptime_file >> uptime;
  std::istringstream fields{text.substr(std::min(text.rfind(')') + 1, text.size()))};
  std::string field;
  for (int i = 3; i <= 22; ++i)
    fields >> field;
  auto now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch());
  return now.count() - uptime +
         std::strtod(field.c_str(), nullptr) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

} // namespace

std::vector<prometheus::MetricFamily> process_collector::Collect() const {
  static const double started = start_time();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  unsigned long long pages_virtual = 0;
  unsigned long long pages_resident = 0;
  std::ifstream{"/proc/self/statm"} >> pages_virtual >> pages_resident;
  auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  std::error_code ignored;
  auto open_fds = std::distance(std::filesystem::directory_iterator{"/proc/self/fd", ignored}, {});
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);

  families out;
  out.counter("process_cpu_seconds_total", "User and system CPU time in seconds.")
    .add({}, seconds(usage.ru_utime) + seconds(usage.ru_stime));
  out.gauge("process_resident_memory_bytes", "Resident memory in bytes.")
    .add({}, static_cast<double>(pages_resident) * page);
  out.gauge("process_virtual_memory_bytes", "Virtual memory in bytes.")
    .add({}, static_cast<double>(pages_virtual) * page);
  out.gauge("process_open_fds", "Open file descriptors.").add({}, static_cast<double>(open_fds));
  out.gauge("process_max_fds", "Limit on open file descriptors.")
    .add({}, static_cast<double>(files.rlim_cur));
  out.gauge("process_start_time_seconds", "Unix time at which the process started.")
    .add({}, started);
  return std::move(out).take();
}

} // namespace camwall::metrics
