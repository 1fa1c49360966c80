// How the configuration is read again while the server runs; the rest is in configuration.cpp.
#include "cli/configuration.hpp"
#include "config/loader.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace camwall::cli {

namespace {

constexpr int settle_times_max = 10; ///< Files that change without an end are read nevertheless.
constexpr std::chrono::seconds look_period{2};

change_refusal refusal_of(const std::vector<config::config_error>& errors) {
  change_refusal out{.what = change_refusal::kind::invalid,
                     .code = "configuration_invalid",
                     .detail = "The configuration cannot be taken; nothing has changed."};
  for (const auto& x : errors) {
    auto whole = to_string(x);
    auto where = x.file;
    if (x.line > 0)
      where += ':' + std::to_string(x.line) + ':' + std::to_string(x.column);
    auto what = whole.starts_with(where + ": ") ? whole.substr(where.size() + 2) : x.message;
    out.faults.push_back({std::move(where), std::move(what)});
  }
  return out;
}

bool same_faults(const change_refusal& a, const change_refusal& b) {
  return std::equal(
    a.faults.begin(), a.faults.end(), b.faults.begin(), b.faults.end(),
    [](const auto& x, const auto& y) { return x.where == y.where && x.what == y.what; });
}

} // namespace

void configuration::note_change() {
  changed_last_ = clock::now();
  if (!changed_first_)
    changed_first_ = changed_last_;
}

std::optional<configuration::clock::time_point> configuration::next_due() const {
  std::optional<clock::time_point> out;
  if (changed_first_) {
    auto settle = std::chrono::duration_cast<clock::duration>(in_force_->reload.settle);
    out = std::min(*changed_last_ + settle, *changed_first_ + settle_times_max * settle);
  }
  if (watcher_.polls())
    out = std::min(out.value_or(looked_ + look_period), looked_ + look_period);
  return out;
}

bool configuration::change_is_due() {
  auto now = clock::now();
  if (watcher_.polls() && now >= looked_ + look_period) {
    looked_ = now;
    if (watcher_.look())
      note_change();
  }
  auto settle = std::chrono::duration_cast<clock::duration>(in_force_->reload.settle);
  return changed_first_ &&
         (now >= *changed_last_ + settle || now >= *changed_first_ + settle_times_max * settle);
}

/// Links may lead elsewhere, and folders may have come or gone.
void configuration::watch_again() {
  if (!in_force_->reload.watch) {
    watcher_.watch({}, {});
    return;
  }
  auto files = in_force_->files;
  files.push_back(parts_.file);
  if (watcher_.watch(files, {in_force_->cameras_dir}))
    note_change();
  looked_ = clock::now();
  if (watcher_.polls() && !std::exchange(told_of_polling_, true))
    spdlog::warn(
      "a folder of the configuration cannot be watched (it is missing, or the limits of "
      "inotify are reached); its files are looked at every {} s",
      look_period.count());
  told_of_polling_ = watcher_.polls();
}

configuration::reload_result configuration::read_again(const std::string& trigger) {
  changed_first_.reset();
  changed_last_.reset();
  watcher_.take_events(); // What they tell of is read now.
  auto loaded = config::load_file(parts_.file, parts_.env);
  auto out = loaded ? take(std::move(*loaded), trigger) : complain(loaded.error(), trigger);
  watch_again();
  return out;
}

configuration::reload_result configuration::take(config::wall newer, const std::string& trigger) {
  auto changes = config::compare(*in_force_, newer);
  reload_report report{.added = changes.added,
                       .changed = changes.restarted,
                       .removed = changes.removed,
                       .warnings = config::warnings_of(changes)};
  report.changed.insert(report.changed.end(), changes.shown.begin(), changes.shown.end());
  report.warnings.insert(report.warnings.end(), newer.warnings.begin(), newer.warnings.end());
  auto news = changes.next_start != told_to_wait_;
  told_to_wait_ = std::exchange(changes.next_start, {});
  auto mended = !last_reload()->successful;
  auto nothing = changes.empty();
  auto next = std::make_shared<const config::wall>(config::merge(*in_force_, std::move(newer)));
  if (next->cameras_dir != in_force_->cameras_dir)
    write_into(next->cameras_dir);
  in_force_ = next;
  if (!nothing)
    parts_.take(next);
  publish_cameras();
  if (nothing && !news && !mended && trigger == "file")
    return report; // Somebody touched a file, or it was our own hand.
  if (nothing)
    spdlog::info("the configuration was read again: nothing changes now");
  for (const auto& line : config::sentences(changes))
    spdlog::info("the configuration was read again: {}", line);
  for (const auto& line : report.warnings)
    spdlog::warn("{}", line);
  if (parts_.on_read)
    parts_.on_read(true);
  remember({.successful = true, .report = report});
  return report;
}

configuration::reload_result configuration::complain(
  const std::vector<config::config_error>& errors, const std::string& trigger) {
  auto why = refusal_of(errors);
  auto before = last_reload();
  if (trigger == "file" && !before->successful && same_faults(before->why, why))
    return tl::unexpected(std::move(why)); // Told already.
  for (const auto& x : errors)
    spdlog::error("{}", to_string(x));
  spdlog::error("the configuration cannot be taken ({} errors); the one before stays in force",
                errors.size());
  if (parts_.on_read)
    parts_.on_read(false);
  remember({.successful = false, .why = why});
  return tl::unexpected(std::move(why));
}

/// The files that the API makes stand in this folder from now on; those that it made before stay
/// where they are.
void configuration::write_into(const std::filesystem::path& folder) {
  files_ = config::camera_files{folder};
  if (auto cleaned = files_.clean(); !cleaned)
    spdlog::warn("{}", cleaned.error());
}

void configuration::remember(reload_outcome x) {
  x.at = std::chrono::system_clock::now();
  auto outcome = std::make_shared<const reload_outcome>(std::move(x));
  std::lock_guard guard{shown_mutex_};
  last_read_ = std::move(outcome);
}

void configuration::publish_cameras() {
  auto next = std::make_shared<configured_wall>();
  for (const auto& x : in_force_->cameras)
    next->cameras.push_back(config::describe(x, key_));
  std::lock_guard guard{shown_mutex_};
  readable_ = in_force_;
  next->generation = shown_ ? shown_->generation : 1;
  if (shown_ && shown_->cameras == next->cameras)
    return;
  next->generation += shown_ ? 1 : 0;
  shown_ = std::move(next);
}

} // namespace camwall::cli
