// One viewer of one worker, as the server has them: the launcher, the hub and a sink that writes
// what comes to standard output, a line of JSON for each, and payloads to a file.
//
//   live_testbed WORKER_PROGRAM ADDRESS OUTPUT_FOLDER FORMAT PAYLOAD_FILE
//
// Commands come by standard input, a letter each: `w` watch, `u` unwatch, `k` kill the worker and
// make another, `q` end.

#include "media/server/zygote_launcher.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <mutex>

namespace {

using namespace camwall;

class printing_sink final : public media_sink {
public:
  explicit printing_sink(const char* file) : payloads_(file, std::ios::binary) {
    // nop
  }
  void on_described(std::span<const subscription_id>, const feed_description& x) noexcept override {
    std::printf("{\"event\": \"described\", \"width\": %d, \"height\": %d}\n", x.width, x.height);
    std::fflush(stdout);
  }
  void on_chunk(std::span<const subscription_id>, const media_chunk_ptr& x) noexcept override {
    std::printf(
      "{\"event\": \"chunk\", \"kind\": %d, \"keyframe\": %d, \"discontinuity\": %d, "
      "\"capture_us\": %llu, \"size\": %zu}\n",
      static_cast<int>(x->kind), x->keyframe ? 1 : 0, x->discontinuity ? 1 : 0,
      static_cast<unsigned long long>(x->capture_us), x->payload.size());
    std::fflush(stdout);
    payloads_ << x->payload << std::flush;
  }
  void on_refused(subscription_id, std::string_view why) noexcept override {
    std::printf("{\"event\": \"refused\", \"why\": \"%.*s\"}\n", static_cast<int>(why.size()),
                why.data());
    std::fflush(stdout);
  }

private:
  std::ofstream payloads_;
};

media_format format_of(std::string_view name) {
  for (auto x : {media_format::fmp4, media_format::mpegts, media_format::jpeg, media_format::mpeg1})
    if (name == to_string(x))
      return x;
  return media_format::fmp4;
}

} // namespace

int main(int argc, char** argv) {
  if (argc != 6)
    return 2;
  spdlog::set_default_logger(spdlog::stderr_logger_mt("log")); // Standard output is for events.
  media::open_order job;
  job.camera = "gate";
  job.stream = "main";
  job.url = argv[2];
  job.output_dir = argv[3];
  media::zygote_launcher launcher{{.worker_program = argv[1]}, [](const std::string&) {}};
  launcher.start_zygote();
  auto worker = launcher.launch(job, [](const media::worker_event&) {});
  feed_key key{.camera = "gate", .stream = "main", .format = format_of(argv[4])};
  auto sink = std::make_shared<printing_sink>(argv[5]);
  subscription_id id = 0;
  char command = 0;
  while (std::cin >> command && command != 'q') {
    if (command == 'w')
      id = launcher.hub().subscribe(key, false, sink);
    else if (command == 'u')
      launcher.hub().unsubscribe(id);
    else if (command == 'k') {
      worker->kill();
      worker = launcher.launch(job, [](const media::worker_event&) {});
    }
  }
  auto counts = launcher.hub().counts();
  std::fprintf(stderr, "%llu chunks, %llu dropped\n",
               static_cast<unsigned long long>(counts.chunks),
               static_cast<unsigned long long>(counts.dropped_by_workers));
  launcher.shut_down(std::chrono::milliseconds{500});
  return 0;
}
