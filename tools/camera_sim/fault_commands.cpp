#include "tools/camera_sim/command_table.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace camwall::camera_sim {

namespace {

using nlohmann::json;

/// A camera that is away longer than this is one that the test has forgotten.
constexpr double away_s_max = 3600;

constexpr double speed_max = 100;
constexpr double flipped_bits_max = 1000;
constexpr double jump_s_max = 1e6;
constexpr double garbage_bytes_max = 1 << 20;
constexpr double trickle_bytes_per_s_max = 1e9;
constexpr double count_max = 1e6;

/// "on" or "off"; nothing when it is another word or missing.
std::optional<bool> on_or_off(const words& arguments) {
  if (arguments.size() != 1 || (arguments[0] != "on" && arguments[0] != "off"))
    return std::nullopt;
  return arguments[0] == "on";
}

/// The value that a word stands for; nothing for another word or none.
template <class Value, std::size_t N>
std::optional<Value> choose(const words& arguments, std::size_t index,
                            const std::array<std::pair<std::string_view, Value>, N>& values) {
  for (const auto& [word, value] : values) {
    if (index < arguments.size() && arguments[index] == word)
      return value;
  }
  return std::nullopt;
}

/// Sets a switch of the streams that are meant.
json turn(std::atomic<bool> mount_faults::*which, bool to, const target& meant) {
  for_each_stream(meant, [&](mount& stream) { stream.faults.*which = to; });
  return done();
}

// -- media ---------------------------------------------------------------------------------------

json freeze(simulator& /*on*/, const target& meant, const words& /*arguments*/) {
  return turn(&mount_faults::frozen, true, meant);
}

json thaw(simulator& /*on*/, const target& meant, const words& /*arguments*/) {
  return turn(&mount_faults::frozen, false, meant);
}

json keyframes(simulator& /*on*/, const target& meant, const words& arguments) {
  const auto come = on_or_off(arguments);
  return come ? turn(&mount_faults::keyframes_stopped, !*come, meant)
              : failure("keyframes: on or off is expected");
}

json flood(simulator& /*on*/, const target& meant, const words& arguments) {
  const auto speed = number(arguments, 0, 1, speed_max);
  if (!speed)
    return failure("flood: a speed from 1 to 100 is expected");
  for_each_stream(meant, [&](mount& stream) { stream.faults.speed = static_cast<int>(*speed); });
  return done();
}

json flip(simulator& /*on*/, const target& meant, const words& arguments) {
  const auto bits = number(arguments, 0, 0, flipped_bits_max);
  if (!bits)
    return failure("flip: bits from 0 to 1000 are expected");
  for_each_stream(meant,
                  [&](mount& stream) { stream.faults.flipped_bits = static_cast<int>(*bits); });
  return done();
}

json play(simulator& on, const target& meant, const words& arguments) {
  if (arguments.empty())
    return failure("play: the name of a clip, or own, is expected");
  std::shared_ptr<const clip> next;
  if (arguments[0] != "own") {
    auto found = on.clips().named(arguments[0]);
    if (!found)
      return failure(found.error());
    next = std::move(*found);
  }
  for_each_stream(meant, [&](mount& stream) { meant.of->play(stream, next); });
  return done();
}

// -- packets -------------------------------------------------------------------------------------

json set_share(std::atomic<double> mount_faults::*which, const target& meant,
               const words& arguments) {
  const auto share = number(arguments, 0, 0, 1);
  if (!share)
    return failure("a share from 0 to 1 is expected");
  for_each_stream(meant, [&](mount& stream) { stream.faults.*which = *share; });
  return done();
}

json lose(simulator& /*on*/, const target& meant, const words& arguments) {
  return set_share(&mount_faults::lost, meant, arguments);
}

json reorder(simulator& /*on*/, const target& meant, const words& arguments) {
  return set_share(&mount_faults::reordered, meant, arguments);
}

json clock(simulator& /*on*/, const target& meant, const words& arguments) {
  if (arguments == words{"stop"} || arguments == words{"go"})
    return turn(&mount_faults::clock_stopped, arguments[0] == "stop", meant);
  if (arguments == words{"reset"}) {
    for_each_stream(meant, [](mount& stream) { ++stream.faults.clock_resets; });
    return done();
  }
  const auto seconds = number(arguments, 0, -jump_s_max, jump_s_max);
  if (!seconds)
    return failure("clock: stop, go, reset or seconds are expected");
  for_each_stream(meant, [&](mount& stream) {
    stream.faults.clock_jump_s = stream.faults.clock_jump_s + *seconds;
  });
  return done();
}

// -- answers -------------------------------------------------------------------------------------

json answer(simulator& /*on*/, const target& meant, const words& arguments) {
  if (arguments == words{"ok"}) {
    meant.of->replies().fail(GST_RTSP_STS_OK, GST_RTSP_DESCRIBE);
    return done();
  }
  using row = std::pair<std::string_view, GstRTSPMethod>;
  static constexpr std::array methods{row{"options", GST_RTSP_OPTIONS},
                                      row{"describe", GST_RTSP_DESCRIBE},
                                      row{"setup", GST_RTSP_SETUP}, row{"play", GST_RTSP_PLAY}};
  const auto status = number(arguments, 0, 300, 599);
  const auto method = arguments.size() < 2 ? GST_RTSP_DESCRIBE : choose(arguments, 1, methods);
  const auto after = arguments.size() < 3 ? 0.0 : number(arguments, 2, 0, count_max);
  if (!status || !method || !after)
    return failure(
      "answer: ok, or a status from 300 to 599, options, describe, setup or play, and "
      "a number of sessions are expected");
  meant.of->replies().fail(static_cast<int>(*status), *method, static_cast<std::uint64_t>(*after));
  return done();
}

json limit(simulator& /*on*/, const target& meant, const words& arguments) {
  const auto sessions = number(arguments, 0, 0, count_max);
  if (!sessions)
    return failure("limit: a number of sessions is expected");
  meant.of->replies().limit_sessions(static_cast<unsigned>(*sessions));
  return done();
}

json sdp(simulator& /*on*/, const target& meant, const words& arguments) {
  using row = std::pair<std::string_view, sdp_fault>;
  static constexpr std::array faults{
    row{"right", sdp_fault::none}, row{"no_parameter_sets", sdp_fault::no_parameter_sets},
    row{"nonsense", sdp_fault::nonsense}, row{"audio_only", sdp_fault::audio_only}};
  const auto how = choose(arguments, 0, faults);
  if (!how)
    return failure("sdp: right, no_parameter_sets, nonsense or audio_only is expected");
  meant.of->replies().spoil_sdp(*how);
  return done();
}

json realm(simulator& /*on*/, const target& meant, const words& arguments) {
  using row = std::pair<std::string_view, bool>;
  static constexpr std::array kinds{row{"right", false}, row{"wrong", true}};
  const auto wrong = choose(arguments, 0, kinds);
  if (!wrong)
    return failure("realm: right or wrong is expected");
  meant.of->logins().wrong_realm = *wrong;
  return done();
}

// -- connections and bytes -----------------------------------------------------------------------

json drop(simulator& /*on*/, const target& meant, const words& arguments) {
  using row = std::pair<std::string_view, ending>;
  static constexpr std::array ways{row{"fin", ending::fin}, row{"rst", ending::rst}};
  const auto how = arguments.empty() ? ending::fin : choose(arguments, 0, ways);
  if (!how)
    return failure("drop: fin or rst is expected");
  return {{"ok", true}, {"dropped", meant.of->drop(*how, meant.stream)}};
}

json refuse(simulator& /*on*/, const target& meant, const words& arguments) {
  const auto wanted = on_or_off(arguments);
  if (!wanted)
    return failure("refuse: on or off is expected");
  if (*wanted) {
    meant.of->refuse();
    return done();
  }
  if (auto listening = meant.of->listen(); !listening)
    return failure(listening.error());
  return done();
}

json without_relay(std::string_view word) {
  return failure(std::string{word} + ": the simulator was started without --relay");
}

/// The camera loses its power: every connection is reset, and the port stays closed for a while.
/// Or, silent, as behind a switch that has lost its power: nobody says a word.
json reboot(simulator& /*on*/, const target& meant, const words& arguments) {
  const auto seconds = number(arguments, 0, 0, away_s_max);
  if (!seconds)
    return failure("reboot: seconds from 0 to 3600 are expected");
  if (arguments.size() == 2 && arguments[1] != "silent")
    return failure("reboot: silent is expected, or nothing");
  if (arguments.size() == 2) {
    if (meant.of->bytes() == nullptr)
      return without_relay("reboot silent");
    meant.of->vanish();
    meant.of->come_back_after(*seconds);
    return done();
  }
  meant.of->refuse();
  const int dropped = meant.of->drop(ending::rst);
  meant.of->come_back_after(*seconds);
  return {{"ok", true}, {"dropped", dropped}};
}

json silence(simulator& /*on*/, const target& meant, const words& arguments) {
  const auto wanted = on_or_off(arguments);
  if (!wanted)
    return failure("silence: on or off is expected");
  if (meant.of->bytes() == nullptr)
    return without_relay("silence");
  if (*wanted)
    meant.of->vanish();
  else
    meant.of->bytes()->silence(false);
  return done();
}

json noise(simulator& /*on*/, const target& meant, const words& arguments) {
  const auto wanted = on_or_off(arguments);
  if (!wanted)
    return failure("noise: on or off is expected");
  if (meant.of->bytes() == nullptr)
    return without_relay("noise");
  meant.of->bytes()->make_noise(*wanted);
  return done();
}

json garbage(simulator& /*on*/, const target& meant, const words& arguments) {
  const auto bytes = number(arguments, 0, 1, garbage_bytes_max);
  if (!bytes)
    return failure("garbage: bytes from 1 to 1048576 are expected");
  if (meant.of->bytes() == nullptr)
    return without_relay("garbage");
  const int count = meant.of->bytes()->insert_garbage(static_cast<std::size_t>(*bytes));
  return {{"ok", true}, {"connections", count}};
}

json trickle(simulator& /*on*/, const target& meant, const words& arguments) {
  const auto speed = number(arguments, 0, 0, trickle_bytes_per_s_max);
  if (!speed)
    return failure("trickle: bytes a second are expected");
  if (meant.of->bytes() == nullptr)
    return without_relay("trickle");
  meant.of->bytes()->slow_down(static_cast<std::size_t>(*speed));
  return done();
}

json heal(simulator& /*on*/, const target& meant, const words& /*arguments*/) {
  meant.of->heal();
  if (auto listening = meant.of->listen(); !listening)
    return failure(listening.error());
  return done();
}

constexpr std::array table{
  command{"freeze", names::camera_or_stream, 0, freeze},
  command{"thaw", names::camera_or_stream, 0, thaw},
  command{"keyframes", names::camera_or_stream, 1, keyframes},
  command{"flood", names::camera_or_stream, 1, flood},
  command{"flip", names::camera_or_stream, 1, flip},
  command{"play", names::camera_or_stream, 1, play},
  command{"lose", names::camera_or_stream, 1, lose},
  command{"reorder", names::camera_or_stream, 1, reorder},
  command{"clock", names::camera_or_stream, 1, clock},
  command{"answer", names::camera, 3, answer},
  command{"limit", names::camera, 1, limit},
  command{"sdp", names::camera, 1, sdp},
  command{"realm", names::camera, 1, realm},
  command{"drop", names::camera_or_stream, 1, drop},
  command{"refuse", names::camera, 1, refuse},
  command{"reboot", names::camera, 2, reboot},
  command{"silence", names::camera, 1, silence},
  command{"noise", names::camera, 1, noise},
  command{"garbage", names::camera, 1, garbage},
  command{"trickle", names::camera, 1, trickle},
  command{"heal", names::camera, 0, heal},
};

} // namespace

std::span<const command> fault_commands() {
  return table;
}

} // namespace camwall::camera_sim
