// SHA-256 (FIPS 180-4) as lower-case hexadecimal, so that `sha256sum` on the command line shows the
// same.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace topfive::base {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);
  std::string finish();  // once

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_of(std::string_view text);
std::string sha256_of_file(const std::filesystem::path& path);  // UserError if it cannot be read

}  // namespace topfive::base
