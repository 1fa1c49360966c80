#pragma once

#include "core/unique_fd.hpp"
#include "http/connection.hpp"
#include "http/connection_limits.hpp"
#include "http/connection_place.hpp"
#include "http/job_queue.hpp"
#include "http/websocket/engine.hpp"

#include <pistache/peer.h>
#include <pistache/reactor.h>
#include <pistache/transport.h>

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace camwall::http {

class reactor_transport;

/// What the reactor threads of one listener share. Lives as long as the reactor.
struct reactor_shared {
  reactor_shared(listen_options options_, answer_function answer_, http_observer& observer_);

  const listen_options options;
  const answer_function answer;
  http_observer& observer;
  connection_limits limits;
  websocket_engine websockets; ///< Its sockets have their places in `limits`.
  unique_fd listen_fd;
  std::vector<reactor_transport*>
    members; ///< One for each thread; complete before the reactor runs.
};

/// One thread's share of the connections, on Pistache's reactor. Pistache watches the descriptors
/// and holds the peers; accepting, deadlines and every byte that is read or written are ours
/// (docs/decisions/0001).
class reactor_transport final : public Pistache::Tcp::Transport {
public:
  explicit reactor_transport(std::shared_ptr<reactor_shared> shared);

  /// Runs `job` on this thread soon; not at all once `close_all` has run. From any thread; what
  /// must reach one peer holds a weak_ptr to it, never its number.
  void post(std::function<void()> job);

  /// Stops accepting and closes every connection. On this thread.
  void close_all();

  std::shared_ptr<Pistache::Aio::Handler> clone() const override;
  void registerPoller(Pistache::Polling::Epoll& poller) override;
  void onReady(const Pistache::Aio::FdSet& events) override;

private:
  struct entry {
    entry(std::shared_ptr<Pistache::Tcp::Peer> peer_, connection_place place_,
          const peer_address& address, connection_context& context, steady_time now);

    connection_place place; // Ends last.
    std::shared_ptr<Pistache::Tcp::Peer> peer;
    connection link;
    connection::wants watched = connection::wants::read;
  };

  class ticket;

  void handle(const Pistache::Aio::FdSet::Entry& event);
  void serve(int fd, entry& x, bool writable);
  void apply(int fd, entry& x, connection::wants next);
  void drop(int fd) noexcept;
  void hand_over(int fd, entry& x);
  void ask(int fd, entry& x);
  void give(const std::shared_ptr<entry>& to, std::uint64_t number, response x);
  void accept_some();
  bool accept_one();
  void adopt(unique_fd socket, const sockaddr_storage& from, connection_place place,
             const peer_address& address);
  void pause_accepting(steady_time now);
  void watch_listener(bool on);
  void run_jobs();
  void tick();
  void set_timer(bool on);

  std::shared_ptr<reactor_shared> shared_;
  connection_context context_;
  std::shared_ptr<job_queue> jobs_;
  unique_fd timer_fd_;
  std::unordered_map<int, std::shared_ptr<entry>> entries_; // By descriptor; the only owners.
  steady_time paused_until_{};
  bool paused_ = false;
  bool stopped_ = false;
  bool timer_on_ = false;
};

} // namespace camwall::http
