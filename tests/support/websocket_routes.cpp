#include "tests/support/websocket_routes.hpp"

#include "http/uri.hpp"
#include "http/websocket/handshake.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

namespace camwall::test {

namespace {

using http::websocket_peer;

/// Obeys `close CODE`, `throw`, `send BYTES`, `tell` (how many bytes wait, as text).
class echo_session final : public http::websocket_session {
public:
  explicit echo_session(websocket_peer& peer) : peer_(peer) {
    // nop
  }

  void on_open() override {
    // nop
  }

  void on_text(std::string_view message) override {
    auto blank = std::min(message.find(' '), message.size());
    auto word = message.substr(0, blank);
    auto number = http::parse_number(message.substr(std::min(blank + 1, message.size())));
    if (word == "throw")
      throw std::runtime_error("as told");
    if (word == "tell")
      return peer_.send_text(std::to_string(peer_.queued_bytes()));
    if (word == "close" && number)
      return peer_.close(static_cast<std::uint16_t>(*number), "as told");
    if (word == "send" && number) {
      auto chunk = std::make_shared<media_chunk>();
      chunk->payload.assign(*number, 'x');
      return peer_.send_binary("head", std::move(chunk));
    }
    peer_.send_text(std::string{message});
  }

  void on_binary(std::string_view message) override {
    auto chunk = std::make_shared<media_chunk>();
    chunk->payload = message;
    peer_.send_binary({}, std::move(chunk));
  }

  void on_drained() override {
    // nop
  }

  void on_tick(time_point /*now*/) override {
    // nop
  }

private:
  websocket_peer& peer_;
};

std::unique_ptr<http::websocket_session> make_echo(http::websocket_loop& /*loop*/,
                                                   websocket_peer& peer) {
  return std::make_unique<echo_session>(peer);
}

std::string big_endian(std::uint64_t x) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(x >> static_cast<unsigned>(shift)));
  return out;
}

} // namespace

class broadcast::session final : public http::websocket_session {
public:
  session(std::shared_ptr<audience> around, websocket_peer& peer, std::size_t queue_bytes_max)
    : around_(std::move(around)), peer_(peer), queue_bytes_max_(queue_bytes_max) {
    // nop
  }

  ~session() override {
    around_->viewers.erase(this);
  }

  void on_open() override {
    around_->viewers.insert(this);
  }

  void on_text(std::string_view /*unused*/) override {
    // nop
  }

  void on_binary(std::string_view /*unused*/) override {
    // nop
  }

  void on_drained() override {
    // nop
  }

  void on_tick(time_point /*now*/) override {
    // nop
  }

  void show(const media_chunk_ptr& chunk) {
    if (peer_.queued_bytes() + chunk->payload.size() <= queue_bytes_max_)
      peer_.send_binary(std::string(16, '\1'), chunk);
  }

private:
  std::shared_ptr<audience> around_;
  websocket_peer& peer_;
  std::size_t queue_bytes_max_;
};

broadcast::broadcast(options x) : options_(x), thread_([this] { run(); }) {
  // nop
}

broadcast::~broadcast() {
  stop();
}

void broadcast::stop() {
  {
    std::lock_guard guard{mutex_};
    stopped_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

std::shared_ptr<broadcast::audience> broadcast::audience_of(http::websocket_loop& loop) {
  std::shared_ptr<audience> out;
  {
    std::lock_guard guard{mutex_};
    auto& known = loops_[&loop];
    if (!known)
      known = std::make_shared<audience>();
    out = known;
  }
  changed_.notify_all();
  return out;
}

http::session_factory broadcast::viewer() {
  return [this](http::websocket_loop& loop, websocket_peer& peer) {
    return std::make_unique<session>(audience_of(loop), peer, options_.queue_bytes_max);
  };
}

void broadcast::run() {
  auto period = std::chrono::nanoseconds{1'000'000'000 / options_.fps};
  auto bytes = options_.bits_per_second / 8 / static_cast<std::size_t>(options_.fps);
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [this] { return stopped_ || !loops_.empty(); });
  auto due = std::chrono::steady_clock::now();
  for (std::uint64_t number = 0; !stopped_; ++number) {
    auto chunk = std::make_shared<media_chunk>();
    chunk->payload = big_endian(number);
    chunk->payload.resize(std::max<std::size_t>(bytes, 8), 'x');
    for (auto& [loop, around] : loops_)
      loop->post([around = around, chunk] {
        for (auto* x : around->viewers)
          x->show(chunk);
      });
    due += period;
    changed_.wait_until(guard, due, [this] { return stopped_; });
  }
}

std::vector<http::route> websocket_routes(broadcast& source) {
  using http::path_parameters;
  using http::request;
  auto route = [](std::string_view pattern, const http::session_factory& make,
                  http::subprotocol answer = http::subprotocol::none) {
    return http::route{http::method::get, pattern, http::action::view_media,
                       [=](const request& x, const path_parameters& /*unused*/) {
                         return http::accept_websocket(x, make, answer);
                       }};
  };
  return {
    route("/ws/echo", make_echo),
    route("/ws/protocol", make_echo, http::subprotocol::first_offered),
    route("/ws/broadcast", source.viewer()),
  };
}

} // namespace camwall::test
