#include "metrics/server_collector.hpp"

#include "metrics/families.hpp"

#include <sys/statvfs.h>

namespace camwall::metrics {

std::vector<prometheus::MetricFamily> server_collector::Collect() const {
  families out;
  auto& bytes = out.gauge("camwall_disk_free_bytes",
                          "Room that the server may use on the disk of a folder of its own.");
  auto& inodes =
    out.gauge("camwall_disk_free_inodes", "Files that can still be made on that disk.");
  for (const auto& [name, path] : folders) {
    struct statvfs found {};
    if (statvfs(path.c_str(), &found) != 0)
      continue; // A folder that is gone has no figure; its cameras say why they stop.
    bytes.add({{"folder", name}},
              static_cast<double>(found.f_bavail) * static_cast<double>(found.f_frsize));
    inodes.add({{"folder", name}}, static_cast<double>(found.f_favail));
  }
  out
    .gauge("camwall_disk_free_min_bytes",
           "Cameras stop when less is free on the disk of the live output.")
    .add({}, disk_free_min_bytes);
  auto& depth =
    out.gauge("camwall_mailbox_depth", "Messages that waited for an actor when it last looked.");
  if (mailboxes)
    for (const auto& [actor, count] : mailboxes())
      depth.add({{"actor", actor}}, static_cast<double>(count));
  return std::move(out).take();
}

} // namespace camwall::metrics
