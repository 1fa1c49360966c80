#include "http/notices/http_poster.hpp"

#include <curl/curl.h>

#include <new>
#include <stdexcept>
#include <utility>

namespace camwall::http {

namespace {

/// What a receiver may answer with; it is not read.
constexpr std::size_t answer_bytes_max = 64 * 1024;

struct list_deleter {
  void operator()(curl_slist* x) const noexcept {
    ::curl_slist_free_all(x);
  }
};

std::size_t drop_answer(char* /*data*/, std::size_t size, std::size_t count, void* seen) {
  auto& sum = *static_cast<std::size_t*>(seen);
  sum += size * count;
  return sum > answer_bytes_max ? 0 : size * count; // 0 ends the transfer.
}

int look_at_stop(void* stop, curl_off_t /*unused*/, curl_off_t /*unused*/, curl_off_t /*unused*/,
                 curl_off_t /*unused*/) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
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

struct http_poster::handle {
  handle() {
    // Once in a process; needs no end, as it lives as long.
    static const auto ready = ::curl_global_init(CURL_GLOBAL_DEFAULT);
    curl = ready == CURLE_OK ? ::curl_easy_init() : nullptr;
    if (curl == nullptr)
      throw std::runtime_error{"libcurl cannot be used"};
  }
  handle(const handle&) = delete;
  handle& operator=(const handle&) = delete;
  ~handle() {
    ::curl_easy_cleanup(curl);
  }

  template <class T>
  void set(CURLoption key, T value) const {
    if (::curl_easy_setopt(curl, key, value) != CURLE_OK)
      throw std::runtime_error{"libcurl lacks an option"};
  }

  CURL* curl = nullptr;
};

http_poster::http_poster(options x) : options_(std::move(x)), handle_(std::make_unique<handle>()) {
  const auto& h = *handle_;
  h.set(CURLOPT_URL, options_.url.c_str());
  h.set(CURLOPT_PROTOCOLS_STR, "http,https");
  h.set(CURLOPT_FOLLOWLOCATION, 0L);
  h.set(CURLOPT_NOSIGNAL, 1L);
  h.set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  h.set(CURLOPT_SSL_VERIFYPEER, 1L);
  h.set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_.ca_file.empty())
    h.set(CURLOPT_CAINFO, options_.ca_file.c_str());
  h.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_deadline.count()));
  h.set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.deadline.count()));
  h.set(CURLOPT_POST, 1L);
  h.set(CURLOPT_WRITEFUNCTION, &drop_answer);
  h.set(CURLOPT_NOPROGRESS, 0L);
  h.set(CURLOPT_XFERINFOFUNCTION, &look_at_stop);
}

http_poster::~http_poster() = default;

http_poster::result http_poster::post(const std::string& body,
                                      const std::vector<std::string>& headers,
                                      const std::atomic<bool>& stop) {
  std::unique_ptr<curl_slist, list_deleter> list;
  for (const auto& line : headers) {
    auto* longer = ::curl_slist_append(list.get(), line.c_str());
    if (longer == nullptr)
      throw std::bad_alloc{};
    [[maybe_unused]] auto* same = list.release();
    list.reset(longer);
  }
  std::size_t answered = 0;
  const auto& h = *handle_;
  h.set(CURLOPT_HTTPHEADER, list.get());
  h.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  h.set(CURLOPT_POSTFIELDS, body.c_str());
  h.set(CURLOPT_WRITEDATA, static_cast<void*>(&answered));
  h.set(CURLOPT_XFERINFODATA, const_cast<void*>(static_cast<const void*>(&stop)));
  auto error = ::curl_easy_perform(h.curl);
  long status = 0;
  ::curl_easy_getinfo(h.curl, CURLINFO_RESPONSE_CODE, &status);
  h.set(CURLOPT_HTTPHEADER, static_cast<curl_slist*>(nullptr));
  // A receiver that says yes and then too much has it.
  if (error != CURLE_OK && !(error == CURLE_WRITE_ERROR && answered > answer_bytes_max))
    return {.what = outcome::failed, .why = ::curl_easy_strerror(error)};
  return result_of(status);
}

} // namespace camwall::http
