#include "topfive/data/index_cache.h"

#include <stdlib.h>

#include "topfive/data/image_folder.h"
#include "topfive/data/shards.h"

#include "data/storage_fixture.h"
#include "data/test_files.h"

using namespace topfive;
using tests::TemporaryDirectory;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

// The cache directory of one test.
class Cache {
 public:
  Cache() { setenv("TOPFIVE_CACHE_DIR", directory_.path().c_str(), 1); }
  ~Cache() { setenv("TOPFIVE_CACHE_DIR", "", 1); }
  Cache(const Cache&) = delete;
  Cache& operator=(const Cache&) = delete;

  std::vector<fs::path> files() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory_.path())) files.push_back(entry.path());
    return files;
  }
  const fs::path& path() const { return directory_.path(); }

 private:
  TemporaryDirectory directory_;
};

// As if everything below had been there for an hour.
void make_old(const fs::path& directory) {
  const auto then = fs::file_time_type::clock::now() - std::chrono::hours(1);
  for (const auto& entry : fs::recursive_directory_iterator(directory)) fs::last_write_time(entry.path(), then);
  fs::last_write_time(directory, then);
}

std::vector<std::string> names_of(const data::SampleSource& source) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < source.size(); ++i) names.push_back(source.name(i) + std::to_string(source.label(i)));
  return names;
}

}  // namespace

TEST_CASE("the cache directory follows the environment") {
  Cache cache;
  CHECK(data::cache_directory() == cache.path());
  setenv("TOPFIVE_CACHE_DIR", "", 1);
  CHECK(data::cache_directory().empty());
  unsetenv("TOPFIVE_CACHE_DIR");
  const char* old = getenv("XDG_CACHE_HOME");
  const std::string kept = old == nullptr ? "" : old;
  setenv("XDG_CACHE_HOME", "/somewhere", 1);
  CHECK(data::cache_directory() == "/somewhere/topfive");
  unsetenv("XDG_CACHE_HOME");
  CHECK(data::cache_directory() == fs::path(getenv("HOME")) / ".cache/topfive");
  if (old != nullptr) setenv("XDG_CACHE_HOME", kept.c_str(), 1);
}

TEST_CASE("a second start takes the listing of class folders from the cache, until a folder changes") {
  const Cache cache;
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  make_old(directory.path());
  const data::ImageFolderSource first(directory.path(), "train");
  REQUIRE(cache.files().size() == 1);

  // A file that comes without its folder's time changing shows that the listing is not made anew.
  const fs::path folder = directory / "train" / "n01440764";
  const auto then = fs::last_write_time(folder);
  write_file(folder / "new.JPEG", "x");
  fs::last_write_time(folder, then);
  const data::ImageFolderSource cached(directory.path(), "train");
  CHECK(names_of(cached) == names_of(first));
  CHECK(cached.fingerprint() == first.fingerprint());

  fs::last_write_time(folder, then + std::chrono::seconds(1));
  CHECK(data::ImageFolderSource(directory.path(), "train").size() == first.size() + 1);
  fs::create_directory(directory / "train" / "n09");
  CHECK_THROWS_AS(data::ImageFolderSource(directory.path(), "train"), base::UserError);  // an empty class, seen at once
}

TEST_CASE("data that have just changed are not cached") {
  const Cache cache;
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  tests::store_as_shards(directory / "shards");
  const data::ImageFolderSource folders(directory.path(), "train");
  const auto shards = data::open_shards(directory / "shards", "train");
  CHECK(cache.files().empty());
}

TEST_CASE("the index of shards is cached, and stale when a shard changes, goes or comes") {
  const Cache cache;
  const TemporaryDirectory directory;
  tests::store_as_shards(directory.path());
  make_old(directory.path());
  const auto expected = names_of(*data::open_shards(directory.path(), "train"));
  const data::IndexKey key{directory.path(), "shards", "train"};
  std::vector<std::string> places = data::find_shards(directory.path(), "train");
  places.emplace_back("classes.txt");
  REQUIRE(data::find_cached_index(key, places));
  CHECK(names_of(*data::open_shards(directory.path(), "train")) == expected);

  SECTION("changed") {
    fs::last_write_time(directory / "train-000001.tar", fs::file_time_type::clock::now() - std::chrono::minutes(1));
    CHECK_FALSE(data::find_cached_index(key, places));
    CHECK(names_of(*data::open_shards(directory.path(), "train")) == expected);
    CHECK(data::find_cached_index(key, places));  // and cached again
  }
  SECTION("gone") {
    fs::remove(directory / "train-000002.tar");
    CHECK(data::open_shards(directory.path(), "train")->size() == 10);
  }
  SECTION("new") {
    fs::copy(directory / "val-000000.tar", directory / "train-000003.tar");
    CHECK(data::open_shards(directory.path(), "train")->size() == 21);
  }
  SECTION("other classes") {
    write_file(directory / "classes.txt", "a\nb\nc\n");
    CHECK(data::open_shards(directory.path(), "train")->class_names() == std::vector<std::string>{"a", "b", "c"});
  }
}

TEST_CASE("an index beside the data serves its copy too, after a look at the records") {
  const TemporaryDirectory directory;
  tests::store_as_shards(directory.path());
  write_sample_index(data::index_beside(directory.path(), "train"), tests::index_of_shards(directory.path(), "train"));
  const data::IndexKey key{directory.path(), "shards", "train"};
  REQUIRE(data::find_index_beside(key));
  make_old(directory.path());  // as a copy that does not keep the times
  const auto index = data::find_index_beside(key);
  REQUIRE(index);
  CHECK(data::open_shards(directory.path(), "train")->name(0) == "train/n01440764/n01440764_1.JPEG");

  // Other content of the same size is not taken for a copy.
  const std::string shard = index->places[0].name;
  write_file(directory / shard, std::string(fs::file_size(directory / shard), 'x'));
  CHECK_FALSE(data::find_index_beside(key));
}

TEST_CASE("an index that is damaged or of other data is passed over, and the shards are read") {
  const TemporaryDirectory directory;
  tests::store_as_shards(directory.path());
  const fs::path beside = data::index_beside(directory.path(), "train");
  const auto index = tests::index_of_shards(directory.path(), "train");
  const std::string whole = serialise(index);
  const std::string of_val = serialise(tests::index_of_shards(directory.path(), "val"));
  const std::string content = GENERATE_COPY(std::string("nonsense"), std::string(), whole.substr(0, 500), of_val);
  write_file(beside, content);
  CHECK_FALSE(data::find_index_beside({directory.path(), "shards", "train"}));
  CHECK(data::open_shards(directory.path(), "train")->size() == 15);
}

TEST_CASE("a cache directory that cannot be written is no error") {
  const TemporaryDirectory directory;
  write_file(directory / "file", "x");
  setenv("TOPFIVE_CACHE_DIR", (directory / "file" / "cache").c_str(), 1);
  tests::store_as_shards(directory / "data");
  make_old(directory / "data");
  CHECK(data::open_shards(directory / "data", "train")->size() == 15);
  setenv("TOPFIVE_CACHE_DIR", "", 1);
}

TEST_CASE("a cached listing that does not name the folders of its classes is not believed") {
  const Cache cache;
  const TemporaryDirectory directory;
  tests::store_as_folders(directory.path());
  make_old(directory.path());
  const data::ImageFolderSource first(directory.path(), "train");
  auto index = *data::find_cached_index({directory.path(), "image_folder", "train"});
  index.class_names[0] = "../../etc";
  write_sample_index(cache.files().front(), index);
  CHECK(names_of(data::ImageFolderSource(directory.path(), "train")) == names_of(first));
}
