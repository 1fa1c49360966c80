#include "http/server.hpp"

#include "http/access/access_control.hpp"
#include "http/dispatcher.hpp"
#include "http/listener.hpp"
#include "http/transport.hpp"

#include <utility>

namespace camwall::http {

namespace {

class server_impl final : public server {
public:
  server_impl(const listen_options& options, wall_services services)
    : dispatcher_(options, std::move(services)) {
    // nop
  }

  tl::expected<void, std::string> open(listen_options options, http_observer& observer) {
    auto started = transport::start(
      std::move(options), [this](const request& x) { return dispatcher_.answer(x); }, observer);
    if (!started)
      return tl::unexpected(std::move(started.error()));
    transport_ = std::move(*started);
    return {};
  }

  std::uint16_t port() const noexcept override {
    return transport_->port();
  }

  void stop() override {
    transport_->stop();
  }

private:
  dispatcher dispatcher_;
  std::unique_ptr<transport> transport_; // Ends first: its threads call the dispatcher.
};

} // namespace

tl::expected<std::unique_ptr<server>, std::string> server::start(listen_options options,
                                                                 wall_services services,
                                                                 http_observer& observer) {
  auto has_users =
    services.access != nullptr && services.access->current()->settings().mode == access_mode::users;
  if (!options.open_access && !has_users && !is_loopback_address(options.address))
    return tl::unexpected(
      "refuses to listen on " + options.address +
      ": others could reach it, and nobody has to log in; configure users, set server.listen to "
      "127.0.0.1, or server.access to open if everybody may look");
  auto out = std::make_unique<server_impl>(options, std::move(services));
  if (auto opened = out->open(std::move(options), observer); !opened)
    return tl::unexpected(std::move(opened.error()));
  return out;
}

} // namespace camwall::http
