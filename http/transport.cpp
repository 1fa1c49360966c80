#include "http/transport.hpp"

#include "http/listener.hpp"
#include "http/reactor_transport.hpp"

#include <pistache/reactor.h>

#include <csignal>
#include <exception>
#include <latch>
#include <utility>

namespace camwall::http {

namespace {

class pistache_transport final : public transport {
public:
  pistache_transport(std::shared_ptr<reactor_shared> shared, std::uint16_t port)
    : shared_(std::move(shared)), port_(port), reactor_(Pistache::Aio::Reactor::create()) {
    reactor_->init(Pistache::Aio::AsyncContext(shared_->options.reactors, "http"));
    reactor_->addHandler(std::make_shared<reactor_transport>(shared_));
    start_threads();
  }

  ~pistache_transport() override {
    stop();
  }

  std::uint16_t port() const noexcept override {
    return port_;
  }

  void stop() override {
    if (!reactor_)
      return;
    auto closed =
      std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(shared_->members.size()));
    for (auto* member : shared_->members)
      member->post([member, closed] {
        member->close_all();
        closed->count_down();
      });
    closed->wait();
    reactor_->shutdown();
    reactor_.reset(); // Joins the threads.
    shared_->members.clear();
    shared_->websockets.stop(); // After the last hand-over.
    shared_->listen_fd.reset();
  }

private:
  // sendfile to a peer that is gone raises SIGPIPE and cannot be told not to. Threads inherit the
  // mask.
  void start_threads() {
    sigset_t pipe;
    sigset_t before;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, &before);
    reactor_->run();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  std::shared_ptr<reactor_shared> shared_;
  std::uint16_t port_;
  std::shared_ptr<Pistache::Aio::Reactor> reactor_;
};

} // namespace

tl::expected<std::unique_ptr<transport>, std::string> transport::start(listen_options options,
                                                                       answer_function answer,
                                                                       http_observer& observer) {
  auto bound = listen_on(options.address, options.port);
  if (!bound)
    return tl::unexpected(std::move(bound.error()));
  try {
    auto shared = std::make_shared<reactor_shared>(std::move(options), std::move(answer), observer);
    shared->listen_fd = std::move(bound->fd);
    return std::make_unique<pistache_transport>(std::move(shared), bound->port);
  } catch (const std::exception& x) {
    return tl::unexpected("cannot start the HTTP threads: " + std::string{x.what()});
  }
}

} // namespace camwall::http
