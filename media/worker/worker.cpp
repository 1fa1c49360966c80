#include "media/worker/worker.hpp"

#include "media/worker/camera_probe.hpp"
#include "media/worker/confine.hpp"
#include "media/worker/log.hpp"
#include "media/worker/pipeline.hpp"
#include "media/worker/sandbox.hpp"

#include <exception>
#include <memory>
#include <new>

namespace camwall::media {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds order_deadline{10};

constexpr int exit_no_order = 2;

steady_clock::duration in_seconds(double x) {
  return std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(x));
}

/// Before the camera's first byte. Without a sandbox the worker goes on only when it may.
status enclose(const std::string& folder, bool required, server_link& link) {
  auto done = enter_sandbox(folder);
  link.send(confined{.enforced = done.value_or(false), .missing = done ? "" : done.error()});
  if (done || !required)
    return {};
  return fail(reason::config,
              done.error() + "; mend that, or let workers run without (sandbox: best_effort)");
}

/// On a full disk the segments of earlier runs, which nobody plays any more, are the first to go.
status make_room(const open_order& job, const output_folder& folder) {
  if (folder.check_room(job.disk_free_min_mb))
    return {};
  for (const auto& name : folder.leftovers(job.run))
    folder.remove(name);
  return folder.check_room(job.disk_free_min_mb);
}

session_plan plan_of(const open_order& job) {
  return {.url = job.url,
          .transport = job.transport,
          .audio = job.audio,
          .open_deadline_s = job.open_deadline_s,
          .read_deadline_s = job.access_unit_deadline_s,
          .redirects = !job.only,
          .only = job.only};
}

status work(const open_order& job, server_link& link, media_link& media,
            steady_clock::time_point begin) {
  auto folder = output_folder::open(job.output_dir);
  if (!folder)
    return tl::unexpected{folder.error()};
  if (auto room = make_room(job, *folder); !room)
    return room;
  if (auto enclosed = enclose(job.output_dir, job.sandbox_required, link); !enclosed)
    return enclosed;
  watch guard{link};
  guard.set_deadline(begin + in_seconds(job.open_deadline_s));
  auto input = rtsp_input::open(plan_of(job), guard);
  // Asked to stop meanwhile: then it does not matter how opening ended.
  if (guard.stop_requested())
    return {};
  if (!input)
    return tl::unexpected{input.error()};
  std::unique_ptr<picture_thread> pictures;
  if (job.picture.check)
    pictures = picture_thread::start((*input)->codec(), job.picture);
  auto done = pipeline{job, link, media, guard, **input, *folder, pictures.get(), begin}.run();
  // The server learns it before the farewell to the camera, which may take half a second.
  if (!done)
    link.send_last(done.error());
  return {};
}

/// Nobody is followed elsewhere: who asks about an address wants to know about that one.
status work(const probe_order& job, server_link& link, media_link&,
            steady_clock::time_point begin) {
  if (auto enclosed = enclose({}, job.sandbox_required, link); !enclosed)
    return enclosed;
  watch guard{link};
  auto deadline = begin + in_seconds(job.deadline_s);
  guard.set_deadline(deadline);
  auto input = rtsp_input::open({.url = job.url,
                                 .transport = job.transport,
                                 .open_deadline_s = job.deadline_s,
                                 .read_deadline_s = job.deadline_s,
                                 .any_video = true,
                                 .redirects = false},
                                guard);
  if (guard.stop_requested())
    return {};
  if (!input)
    return tl::unexpected{input.error()};
  auto found = camera_probe{**input, guard, begin}.run(deadline);
  // The server learns it before the farewell to the camera, which may take half a second.
  link.send_last(found ? fact{*found} : fact{found.error()});
  return {};
}

status work_without_exceptions(const task& what, server_link& link, media_link& media) {
  try {
    auto begin = steady_clock::now();
    return std::visit([&](const auto& job) { return work(job, link, media, begin); }, what);
  } catch (const std::bad_alloc&) {
    return fail(reason::resources, "out of memory");
  } catch (const std::exception& x) {
    return fail(reason::resources, without_secrets(x.what()));
  }
}

} // namespace

int run_worker(unique_fd socket, unique_fd media) {
  server_link link{std::move(socket)};
  media_link channel{std::move(media)};
  auto what = link.wait_for_task(order_deadline);
  if (!what)
    return exit_no_order;
  std::visit(
    [](const auto& job) {
      log_never(split_address(job.url).password);
      confine(job.memory_mb);
    },
    *what);
  if (auto done = work_without_exceptions(*what, link, channel); !done)
    link.send_last(failed{.why = done.error().why, .detail = without_secrets(done.error().detail)});
  return 0;
}

} // namespace camwall::media
