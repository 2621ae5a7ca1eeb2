#include "topfive/dataset/info.h"

#include <sstream>

#include <nlohmann/json.hpp>

#include "topfive/dataset/pack.h"

#include "dataset/data_set.h"

using namespace topfive;
using namespace topfive::tests;
namespace fs = std::filesystem;

namespace {

struct InfoOutcome {
  base::ExitCode code;
  std::string text;
};

InfoOutcome info(const fs::path& directory, bool json = false) {
  std::ostringstream out;
  const base::ExitCode code = dataset::run_info({directory, "auto", json}, out);
  return {code, out.str()};
}

}  // namespace

TEST_CASE("the kind, the counts and the index of a data set are told", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory / "data", {"cat", "dog"}, 4, 1);
  const auto folders = info(directory / "data");
  CHECK(folders.code == base::ExitCode::kOk);
  CHECK_THAT(folders.text, ContainsSubstring("data: image_folder") && ContainsSubstring("pictures      8") &&
                               ContainsSubstring("classes       2") && ContainsSubstring("row_indexes   none"));
  dataset::PackRequest request;
  request.directory = directory / "data";
  request.out = directory / "shards";
  request.rewrite.short_side = 8;
  std::ostringstream ignored;
  dataset::run_pack(request, ignored);
  const auto shards = nlohmann::json::parse(info(directory / "shards", true).text);
  CHECK(shards["kind"] == "shards");
  CHECK(shards["splits"]["train"]["index"] == "beside the data");
  CHECK(shards["splits"]["train"]["row_indexes"] == "8, beside the data");
  CHECK(shards["splits"]["train"]["pixels"] == "short_side=8 quality=90");
  CHECK(shards["splits"]["val"]["bytes"] > 0);
  CHECK(shards["pack"]["complete"] == true);
  CHECK_THAT(info(directory / "shards").text, ContainsSubstring("packed completely"));
}

TEST_CASE("a split that cannot be opened shows why, and one that is missing is no error", "[dataset]") {
  const TemporaryDirectory directory;
  make_data_set(directory.path(), {"cat", "dog"}, 4, 0);
  const auto missing = info(directory.path());
  CHECK(missing.code == base::ExitCode::kOk);
  CHECK_THAT(missing.text, ContainsSubstring("missing") && ContainsSubstring("no such directory"));
  fs::create_directories(directory / "train/.hidden");
  const auto broken = info(directory.path());
  CHECK(broken.code == base::ExitCode::kBadData);
  CHECK_THAT(broken.text, ContainsSubstring("error") && ContainsSubstring("hidden folder"));
}

TEST_CASE("a directory without data is refused", "[dataset]") {
  const TemporaryDirectory directory;
  CHECK_THAT(user_error([&] { info(directory.path()); }), StartsWith("66 "));
  CHECK_THAT(user_error([&] { info(directory / "none"); }), StartsWith("66 "));
}
