#include "http/notices/http_poster.hpp"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <new>
#include <stdexcept>
#include <utility>

namespace camwall::http {

namespace {

/// What a receiver may answer with, its header included; none of it is kept.
constexpr std::size_t answer_bytes_max = std::size_t{64} * 1024;

struct list_deleter {
  void operator()(curl_slist* x) const noexcept {
    ::curl_slist_free_all(x);
  }
};

using header_list = std::unique_ptr<curl_slist, list_deleter>;

header_list list_of(const std::vector<std::string>& lines) {
  header_list out;
  for (const auto& line : lines) {
    auto* longer = ::curl_slist_append(out.get(), line.c_str());
    if (longer == nullptr)
      throw std::bad_alloc{};
    [[maybe_unused]] auto* same = out.release();
    out.reset(longer);
  }
  return out;
}

std::size_t drop_answer(char* /*data*/, std::size_t size, std::size_t count, void* seen) {
  auto& sum = *static_cast<std::size_t*>(seen);
  sum += size * count;
  return sum > answer_bytes_max ? 0 : size * count; // 0 ends the transfer.
}

/// Workers are started at any time: they inherit none of our sockets.
curl_socket_t open_socket(void* /*unused*/, curlsocktype /*unused*/, curl_sockaddr* x) {
  return ::socket(x->family, x->socktype | SOCK_CLOEXEC, x->protocol);
}

http_poster::result result_of(long status) {
  using enum http_poster::outcome;
  if (status >= 200 && status < 300)
    return {.what = sent, .why = {}};
  auto why = "it answers " + std::to_string(status);
  if (status >= 300 && status < 400)
    return {.what = rejected, .why = why + ", and redirects are not followed"};
  auto later = status >= 500 || status == 408 || status == 425 || status == 429 || status < 300;
  return {.what = later ? failed : rejected, .why = std::move(why)};
}

} // namespace

struct http_poster::handles {
  handles() {
    // Once in a process; needs no end, as it lives as long.
    static const auto ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready == CURLE_OK) {
      multi = ::curl_multi_init();
      easy = ::curl_easy_init();
    }
    if (multi != nullptr && easy != nullptr)
      return;
    clear();
    throw std::runtime_error{"libcurl cannot be used"};
  }
  handles(const handles&) = delete;
  handles& operator=(const handles&) = delete;
  ~handles() {
    clear();
  }

  void clear() noexcept {
    ::curl_easy_cleanup(easy);
    ::curl_multi_cleanup(multi);
  }

  template <class T>
  void set(CURLoption key, T value) const {
    if (::curl_easy_setopt(easy, key, value) != CURLE_OK)
      throw std::runtime_error{"libcurl lacks an option"};
  }

  /// CURLE_OPERATION_TIMEDOUT when `end` came, also if it changed meanwhile.
  CURLcode transfer(const std::atomic<clock::time_point>& end) const;

  CURLM* multi = nullptr;
  CURL* easy = nullptr;
};

CURLcode http_poster::handles::transfer(const std::atomic<clock::time_point>& end) const {
  using std::chrono::milliseconds;
  constexpr milliseconds poll{1000}; // The end of deadlines is libcurl's own.
  if (::curl_multi_add_handle(multi, easy) != CURLM_OK)
    return CURLE_FAILED_INIT;
  auto out = CURLE_OPERATION_TIMEDOUT;
  int running = 1;
  for (auto now = clock::now(); running > 0 && now < end.load(); now = clock::now()) {
    if (::curl_multi_perform(multi, &running) != CURLM_OK)
      break;
    auto left = std::chrono::ceil<milliseconds>(std::min<clock::duration>(poll, end.load() - now));
    auto wait_ms = static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
    if (running > 0 && ::curl_multi_poll(multi, nullptr, 0, wait_ms, nullptr) != CURLM_OK)
      break;
  }
  int left = 0;
  while (const auto* message = ::curl_multi_info_read(multi, &left))
    if (message->msg == CURLMSG_DONE)
      out = message->data.result;
  ::curl_multi_remove_handle(multi, easy);
  return out;
}

http_poster::http_poster(options x)
  : options_(std::move(x)), handles_(std::make_unique<handles>()) {
  const auto& h = *handles_;
  h.set(CURLOPT_URL, options_.url.c_str());
  h.set(CURLOPT_PROTOCOLS_STR, "http,https");
  h.set(CURLOPT_FOLLOWLOCATION, 0L);
  h.set(CURLOPT_NOSIGNAL, 1L);
  h.set(CURLOPT_QUICK_EXIT, 1L); // A resolver that hangs is not waited for.
  h.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  h.set(CURLOPT_SSL_VERIFYPEER, 1L);
  h.set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_.ca_file.empty()) {
    h.set(CURLOPT_CAINFO, options_.ca_file.c_str());
    h.set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }
  h.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_deadline.count()));
  h.set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.deadline.count()));
  h.set(CURLOPT_FORBID_REUSE, 1L); // Messages are rare: nothing stays open between them.
  h.set(CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  h.set(CURLOPT_POST, 1L);
  h.set(CURLOPT_WRITEFUNCTION, &drop_answer);
  h.set(CURLOPT_HEADERFUNCTION, &drop_answer);
}

http_poster::~http_poster() = default;

http_poster::result http_poster::post(const std::string& body,
                                      const std::vector<std::string>& headers) {
  auto list = list_of(headers);
  std::size_t answered = 0;
  const auto& h = *handles_;
  h.set(CURLOPT_HTTPHEADER, list.get());
  h.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  h.set(CURLOPT_POSTFIELDS, body.c_str());
  h.set(CURLOPT_WRITEDATA, static_cast<void*>(&answered));
  h.set(CURLOPT_HEADERDATA, static_cast<void*>(&answered));
  auto error = h.transfer(end_);
  long status = 0;
  curl_off_t wait = 0;
  ::curl_easy_getinfo(h.easy, CURLINFO_RESPONSE_CODE, &status);
  ::curl_easy_getinfo(h.easy, CURLINFO_RETRY_AFTER, &wait);
  h.set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  // A receiver that says yes and then too much has it.
  if (error != CURLE_OK && !(error == CURLE_WRITE_ERROR && answered > answer_bytes_max))
    return {.what = outcome::failed, .why = ::curl_easy_strerror(error)};
  auto out = result_of(status);
  out.retry_after = std::chrono::seconds{std::max<curl_off_t>(wait, 0)};
  return out;
}

void http_poster::finish_by(clock::time_point end) noexcept {
  end_ = end;
  ::curl_multi_wakeup(handles_->multi);
}

} // namespace camwall::http
