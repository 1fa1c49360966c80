#pragma once

#include "http/compat/compat_server.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/http/live_fakes.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace camwall::http {

/// What an open WebSocket is made of.
struct fake_socket {
  std::unique_ptr<fake_peer> peer = std::make_unique<fake_peer>();
  std::unique_ptr<websocket_session> session; // Ends first.
};

/// One listener over two cameras: `gate` (main only) and `yard` (main and sub), both live.
class compat_fixture : public testing::Test {
protected:
  explicit compat_fixture(compat_profile profile);

  /// A GET; `target` may have a query.
  response get(const std::string& target, std::vector<header_field> fields = {});

  /// Opens a WebSocket; fails the test when the answer is no 101.
  fake_socket connect(const std::string& target);

  /// Tells the world what a camera does now.
  void set_phase(const std::string& camera, phase x, reason why = reason::none,
                 const std::string& detail = {});

  /// One more, live, with the stream `main`.
  void add_camera(const std::string& id);

  /// A picture, or a piece of video, arrives for all who watch.
  void send(const std::string& payload, chunk_kind kind = chunk_kind::jpeg);

  /// What is watched can never be served.
  void refuse(std::string_view why);

  /// The texts since the last call, each followed by a line break.
  static std::string said(fake_socket& x);

  /// The binary messages since the last call; all has left the socket then.
  static std::vector<std::string> received(fake_socket& x);

  void advance(fake_socket& x, std::chrono::milliseconds time = std::chrono::milliseconds{250}) {
    now += time;
    x.session->on_tick(now);
  }

  void start(); ///< Again, after `options` or the services below were changed.

  camera_catalogue* catalogue_ = nullptr;
  snapshot_source* snapshots_ = nullptr;
  std::function<void(std::string_view, camera_order)> order_;
  decltype(compat_services::open_adhoc) open_adhoc_;
  decltype(compat_services::find_adhoc) find_adhoc_;

  snapshot_cell wall;
  fake_hub hub;
  fake_loop loop;
  fake_observer observer;
  test::temporary_folder folder;
  compat_ids ids;
  std::vector<std::string> demanded;
  std::chrono::steady_clock::time_point now{std::chrono::hours{1}};
  compat_options options;
  std::unique_ptr<compat_context> context;
  std::unique_ptr<compat_dispatcher> sut;
  request asked; // Where a request comes from, and to which Host.
};

} // namespace camwall::http
