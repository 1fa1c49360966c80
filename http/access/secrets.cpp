#include "http/access/secrets.hpp"

#include <sodium.h>

#include <new>
#include <stdexcept>

namespace camwall::http {

namespace {

void need_sodium() {
  static const int ready = ::sodium_init();
  if (ready < 0)
    throw std::runtime_error("libsodium cannot be initialised");
}

const unsigned char* bytes_of(std::string_view x) noexcept {
  return reinterpret_cast<const unsigned char*>(x.data());
}

std::optional<std::string> decode(std::string_view text, int variant) {
  need_sodium();
  std::string out(text.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (::sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                          text.size(), nullptr, &size, &end, variant) != 0 ||
      end != text.data() + text.size())
    return std::nullopt;
  out.resize(size);
  return out;
}

std::string encode(std::string_view bytes, int variant) {
  need_sodium();
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  ::sodium_bin2base64(out.data(), out.size(), bytes_of(bytes), bytes.size(), variant);
  out.pop_back(); // The terminating zero.
  return out;
}

} // namespace

std::string hash_password(std::string_view password) {
  need_sodium();
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (::crypto_pwhash_str_alg(
        out.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
        crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::bad_alloc{};
  return out.data();
}

bool is_password(std::string_view hash, std::string_view password) noexcept {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  if (hash.size() >= text.size() || password.size() > password_bytes_max)
    return false;
  hash.copy(text.data(), hash.size());
  return ::sodium_init() >= 0 &&
         ::crypto_pwhash_str_verify(text.data(), password.data(), password.size()) == 0;
}

std::string random_text(std::size_t bytes) {
  need_sodium();
  std::string raw(bytes, '\0');
  ::randombytes_buf(raw.data(), raw.size());
  return to_base64url(raw);
}

std::string fingerprint(std::string_view secret) {
  need_sodium();
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  ::crypto_hash_sha256(hash.data(), bytes_of(secret), secret.size());
  std::array<char, hash.size() * 2 + 1> text{};
  ::sodium_bin2hex(text.data(), text.size(), hash.data(), hash.size());
  return text.data();
}

bool is_same(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && ::sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string to_base64url(std::string_view bytes) {
  return encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::string to_base64(std::string_view bytes) {
  return encode(bytes, sodium_base64_VARIANT_ORIGINAL);
}

std::optional<std::string> from_base64url(std::string_view text) {
  return decode(text, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::optional<std::string> from_base64(std::string_view text) {
  return decode(text, sodium_base64_VARIANT_ORIGINAL);
}

signing_key random_key() {
  need_sodium();
  signing_key out{};
  ::randombytes_buf(out.data(), out.size());
  return out;
}

std::string sign(const signing_key& key, std::string_view text) {
  static_assert(std::tuple_size_v<signing_key> == crypto_auth_hmacsha256_KEYBYTES);
  need_sodium();
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> out{};
  ::crypto_auth_hmacsha256(out.data(), bytes_of(text), text.size(), key.data());
  return to_base64url({reinterpret_cast<const char*>(out.data()), out.size()});
}

} // namespace camwall::http
