#include "http/compat/compat_server.hpp"

#include "http/compat/profile.hpp"
#include "http/listener.hpp"
#include "http/transport.hpp"

#include <exception>
#include <utility>

namespace camwall::http {

compat_dispatcher::compat_dispatcher(const compat_context& context)
  : context_(context),
    profile_(make_profile(context.options.profile, context)),
    unmatched_(std::string{to_string(context.options.profile)} + ":unmatched"),
    router_(profile_->routes()) {
  for (const auto& row : router_.rows())
    labels_[row.pattern] =
      std::string{to_string(context.options.profile)}.append(":").append(row.pattern);
}

compat_dispatcher::~compat_dispatcher() = default;

response compat_dispatcher::answer(const request& x) {
  response out;
  try {
    out = decide(x);
  } catch (const std::exception&) {
    out = json_error(500, "the server failed to answer; the failure was counted");
  }
  if (out.route.empty())
    out.route = unmatched_;
  out.add("X-Content-Type-Options", "nosniff");
  allow_page(x, out);
  out.omit_body = x.method == method::head;
  return out;
}

/// The pages of the earlier viewers came from a server of their own, at another port of the same
/// host: to a browser that is another origin (WHATWG Fetch, CORS protocol).
void compat_dispatcher::allow_page(const request& x, response& to) const {
  auto origin = x.header("Origin");
  if (origin.empty() || !is_admitted(x, context_.options) || is_foreign_page(x, context_.hosts))
    return;
  to.add("Access-Control-Allow-Origin", origin).vary_by("Origin");
  if (x.method != method::options)
    return;
  to.add("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
    .add("Access-Control-Allow-Headers", "Content-Type");
}

response compat_dispatcher::decide(const request& x) {
  if (!x.host.empty() && !context_.hosts.allows(x.host))
    return json_error(421,
                      "this server does not answer to that Host; add the name to server.hosts "
                      "in the configuration if it is yours");
  if (!is_admitted(x, context_.options))
    return json_error(403,
                      "this address may not use the listener; allow below compat in the "
                      "configuration decides");
  if (!is_safe(x.method) && is_foreign_page(x, context_.hosts))
    return json_error(403, "a page of another host may not change anything here");
  if (x.path.empty())
    return json_error(400, "the path holds an escape or a segment that is not accepted");
  auto path = x.path;
  if (path.size() > 1 && path.back() == '/')
    path.pop_back();
  auto found = router_.find(path);
  if (found.rows == nullptr)
    return json_error(404, "there is nothing at this path");
  if (!permits(context_.who, found.rows->front()->action)) {
    auto out = json_error(403, "not allowed here");
    out.route = label_of(found.rows->front()->pattern);
    return out;
  }
  return invoke(x, found);
}

response compat_dispatcher::invoke(const request& x, const router::match& found) {
  response out;
  if (const auto* row = find_row(*found.rows, x.method)) {
    out = row->handler(x, found.parameters);
  } else {
    if (x.method == method::options)
      out.status = 204;
    else
      out = json_error(405, "the path exists, but not for this method");
    out.add("Allow", allowed_methods(*found.rows));
  }
  out.route = label_of(found.rows->front()->pattern);
  return out;
}

std::string_view compat_dispatcher::label_of(std::string_view pattern) const {
  return labels_.at(pattern);
}

namespace {

class compat_server_impl final : public compat_server {
public:
  compat_server_impl(compat_options options, wall_services services, compat_services compat)
    : context_(std::move(options), std::move(services), std::move(compat)), dispatcher_(context_) {
    // nop
  }

  tl::expected<void, std::string> open(http_observer& observer) {
    auto started = transport::start(
      context_.options.listen, [this](const request& x) { return dispatcher_.answer(x); },
      observer);
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
  compat_context context_;
  compat_dispatcher dispatcher_;
  std::unique_ptr<transport> transport_; // Ends first: its threads call the dispatcher.
};

} // namespace

tl::expected<std::unique_ptr<compat_server>, std::string> compat_server::start(
  compat_options options, wall_services services, compat_services compat, http_observer& observer) {
  if (!options.listen.open_access && options.allow.empty() &&
      !is_loopback_address(options.listen.address))
    return tl::unexpected("refuses to listen on " + options.listen.address +
                          ": nobody has to log in; say in allow who may connect");
  auto out = std::make_unique<compat_server_impl>(std::move(options), std::move(services),
                                                  std::move(compat));
  if (auto opened = out->open(observer); !opened)
    return tl::unexpected(std::move(opened.error()));
  return out;
}

} // namespace camwall::http
