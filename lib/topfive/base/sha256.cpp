#include "topfive/base/sha256.h"

#include <array>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <vector>

#include <openssl/evp.h>
#include <unistd.h>

#include "topfive/base/file_descriptor.h"

namespace topfive::base {
namespace {

// OpenSSL only refuses when it has no memory or no SHA-256 built in; neither is the user's mistake.
void require_success(int result) {
  if (result != 1) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0x0fU];
  }
  return text;
}

}  // namespace

struct Sha256::State {
  State() : context(EVP_MD_CTX_new()) {
    if (context == nullptr) throw std::bad_alloc();
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  EVP_MD_CTX* context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require_success(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr));
}

Sha256::~Sha256() = default;

void Sha256::update(std::span<const std::byte> bytes) {
  require_success(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

void Sha256::update(std::string_view text) { update(std::as_bytes(std::span(text))); }

std::string Sha256::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  require_success(EVP_DigestFinal_ex(state_->context, digest.data(), &length));
  return hexadecimal(std::span(digest).first(length));
}

std::string sha256_of(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hash.finish();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  const FileDescriptor file(open_regular_file(path));
  Sha256 hash;
  std::vector<std::byte> buffer(std::size_t{1} << 20U);
  while (true) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_system_error(ExitCode::kIo, "read", path, errno);
    if (count == 0) return hash.finish();
    hash.update(std::span(buffer).first(static_cast<std::size_t>(count)));
  }
}

}  // namespace topfive::base
