#include "topfive/base/sha256.h"

#include "base/error_of.h"
#include "base/file_directory.h"
#include "support/catch.h"

using namespace topfive::base;
using topfive::tests::error_of;

// The vectors of FIPS 180-4's examples; `sha256sum` prints the same.
TEST_CASE("the digests are those of the standard") {
  CHECK(sha256_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_of("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_of(std::string(1'000'000, 'a')) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a text in pieces has the digest of the whole") {
  Sha256 hash;
  hash.update("a");
  hash.update("");
  hash.update(std::as_bytes(std::span(std::string_view("bc"))));
  CHECK(hash.finish() == sha256_of("abc"));
}

TEST_CASE("a file has the digest of its bytes") {
  const topfive::tests::FileDirectory directory;
  const std::string content(3'000'001, 'x');
  CHECK(sha256_of_file(directory.write("data", content)) == sha256_of(content));
}

TEST_CASE("what cannot be read has no digest") {
  const topfive::tests::FileDirectory directory;
  const auto missing = error_of([&] { sha256_of_file(directory.file("none")); });
  CHECK(missing.code == ExitCode::kInputMissing);
  const auto folder = error_of([&] { sha256_of_file(directory.path()); });
  CHECK(folder.code == ExitCode::kBadData);
}
