/// What a worker says to the server, which does not trust it, and the reverse: one message a line.

#include "media/server/fact_guard.hpp"
#include "media/worker_protocol.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace camwall::media {
namespace {

using fuzz::must;

template <class T>
void check_again(const T& x, const tl::expected<T, std::string>& again) {
  must(again.has_value() && *again == x, "a message that comes back changed");
}

void check(fuzz::input in) {
  auto now = fact_guard::clock::time_point{};
  fact_guard stream{open_order{}, now};
  fact_guard probe{probe_order{}, now};
  while (!in.empty()) {
    auto packet = in.line();
    if (auto x = decode_order(packet))
      check_again(*x, decode_order(encode(*x)));
    auto said = decode_fact(packet);
    if (!said) {
      must(!said.error().empty() && !fuzz::holds_control(said.error()),
           "a complaint with no words");
      continue;
    }
    check_again(*said, decode_fact(encode(*said)));
    must(stream.check(*said) == fact_guard::verdict::fine || !stream.complaint().empty(),
         "a verdict without a reason");
    must(probe.check(*said) == fact_guard::verdict::fine || !probe.complaint().empty(),
         "a verdict without a reason");
  }
}

} // namespace
} // namespace camwall::media

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  camwall::media::check({data, size});
  return 0;
}
