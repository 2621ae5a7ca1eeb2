#include "topfive/data/tar_reader.h"

#include "topfive/base/files.h"
#include "topfive/base/random_stream.h"
#include "topfive/base/text.h"
#include "topfive/data/record_file.h"

#include "data/tar_blocks.h"
#include "data/test_files.h"
#include "support/skip.h"

using namespace topfive;
using data::MemoryBytes;
using data::TarMember;
using data::TarReader;
using tests::padded;
using tests::tar_block;
using tests::tar_end;
using tests::tar_file;
using tests::TemporaryDirectory;
using tests::user_error;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

using Files = std::vector<std::pair<std::string, std::string>>;

// Names and contents of all files.
Files files_in(const data::ByteSource& bytes, std::uint64_t begin, std::uint64_t size) {
  Files files;
  TarReader reader(bytes, begin, size);
  while (const auto member = reader.next()) {
    std::string content(static_cast<std::size_t>(member->size), '\0');
    bytes.read_at(member->offset, std::as_writable_bytes(std::span(content)));
    files.emplace_back(member->name, content);
  }
  return files;
}

Files files_in(const std::string& archive) {
  const MemoryBytes bytes(std::as_bytes(std::span(archive)), "x.tar");
  return files_in(bytes, 0, archive.size());
}

std::string refusal(const std::string& archive) {
  return user_error([&] { files_in(archive); });
}

std::string refusal_at(int offset, const std::string& what) {
  return "65 x.tar: at byte " + base::with_thousands(offset) + ": " + what +
         "; the archive is damaged or cut off: copy it again";
}

Files sample_files() {
  Files files = {{"a.jpg", "first"}, {"b/empty", ""}, {"c", std::string(512, 'c')}, {"d", std::string(5000, 'd')}};
  for (const std::size_t length : {99, 100, 101, 155, 255, 256, 4000}) {
    files.emplace_back("n/" + std::string(length - 2, 'x'), std::to_string(length));
  }
  return files;
}

std::string archive_of(const Files& files) {
  std::string archive;
  for (const auto& [name, content] : files) archive += data::tar_header(name, content.size()) + padded(content);
  return archive + tar_end();
}

std::string pax(const std::string& records) { return tar_file("pax", records, 'x'); }

}  // namespace

TEST_CASE("what the writer writes, the reader finds, with names of any length") {
  const TemporaryDirectory directory;
  const Files files = sample_files();
  data::TarWriter writer(directory / "a.tar");
  std::vector<std::uint64_t> offsets;
  for (const auto& [name, content] : files) offsets.push_back(writer.add(name, std::as_bytes(std::span(content))));
  writer.finish();
  const data::RecordFile file(directory / "a.tar");
  CHECK(file.size() == writer.bytes_written());
  CHECK(files_in(file, 0, file.size()) == files);
  TarReader reader(file);
  for (const std::uint64_t offset : offsets) CHECK(reader.next()->offset == offset);
  CHECK_FALSE(reader.next());
}

TEST_CASE("the same files give the same archive, and a file that exists is not written over") {
  const TemporaryDirectory directory;
  for (const char* name : {"a.tar", "b.tar"}) {
    data::TarWriter writer(directory / name);
    writer.add("x", std::as_bytes(std::span(std::string_view("content"))));
    writer.finish();
  }
  const auto content = [&](const char* name) { return base::read_text_file(directory / name, 1U << 20U); };
  CHECK(content("a.tar") == content("b.tar"));
  CHECK_THAT(user_error([&] { data::TarWriter(directory / "a.tar"); }), StartsWith("73 cannot write"));
}

TEST_CASE("archives of the tar program are read in each of its formats, and it reads ours") {
  if (std::system("tar --version > /dev/null 2>&1") != 0) {
    tests::report_skip("no tar program");
    return;
  }
  const TemporaryDirectory directory;
  const std::string deep = std::string(90, 'e') + "/" + std::string(90, 'f');
  const std::string longer = std::string(120, 'l') + "/" + std::string(200, 'm');
  const std::string format = GENERATE("v7", "ustar", "gnu", "pax", "oldgnu");
  Files expected = {{"in/a.txt", "text"}, {"in/z", std::string(1000, 'z')}};
  if (format != "v7") expected.insert(expected.begin() + 1, {"in/" + deep, "deep"});
  if (format == "gnu" || format == "pax") expected.insert(expected.begin() + 2, {"in/" + longer, "longer"});
  for (const auto& [name, content] : expected) write_file(directory / name, content);
  fs::create_symlink("a.txt", directory / "in/link");
  fs::create_hard_link(directory / "in/a.txt", directory / "in/a2.txt");
  const std::string in = "cd '" + directory.path().string() + "' && ";
  REQUIRE(std::system((in + "tar --sort=name --format=" + format + " -cf x.tar ./in").c_str()) == 0);
  const data::RecordFile file(directory / "x.tar");
  auto found = files_in(file, 0, file.size());
  std::sort(found.begin(), found.end());
  std::sort(expected.begin(), expected.end());
  // Which of two hard links is the file and which the link is the tar program's choice.
  for (auto& [name, content] : found) {
    if (name == "in/a2.txt") name = "in/a.txt";
  }
  CHECK(found == expected);

  write_file(directory / "own.tar", archive_of(sample_files()));
  CHECK(std::system((in + "tar -tf own.tar > list.txt && test $(wc -l < list.txt) = 11").c_str()) == 0);
}

TEST_CASE("an archive inside an archive is read in place") {
  const std::string inner = archive_of({{"1.jpg", "one"}, {"2.jpg", "two"}});
  const std::string outer = archive_of({{"readme", "x"}, {"inner.tar", inner}, {"last", "y"}});
  const MemoryBytes bytes(std::as_bytes(std::span(outer)), "outer.tar");
  TarReader reader(bytes);
  reader.next();
  const auto member = reader.next();
  REQUIRE(member->name == "inner.tar");
  CHECK(files_in(bytes, member->offset, member->size) == Files{{"1.jpg", "one"}, {"2.jpg", "two"}});
}

TEST_CASE("GNU long names, old directories, links and unknown kinds are understood") {
  const std::string name(300, 'n');
  const std::string archive = tar_file("././@LongLink", name + std::string(1, '\0'), 'L') + tar_file("cut", "content") +
                              tar_file("././@LongLink", "target", 'K') + tar_block("link", 77, '2') +
                              tar_block("dir", 5, '5') + tar_block("old/", 0, '0') + tar_file("vendor", "?", 'Z') +
                              tar_file("./././dot", "d", '\0') + tar_end();
  CHECK(files_in(archive) == Files{{name, "content"}, {"dot", "d"}});
}

TEST_CASE("pax headers give name and size; base 256 gives sizes beyond eight octal digits") {
  std::string block = tar_block("short", 0, '0');
  const std::string archive =
      pax("16 path=p\xC3\xA4th/x\n13 size=0004\n8 a=b c\n") + block + padded("data") + tar_end();
  CHECK(files_in(archive) == Files{{"p\xC3\xA4th/x", "data"}});
  std::string base_256 = tar_block("b", 0, '0');
  base_256.replace(124, 12, std::string("\x80\0\0\0\0\0\0\0\0\0\0\x03", 12));
  CHECK(files_in(tests::with_checksum(base_256) + padded("abc") + tar_end()) == Files{{"b", "abc"}});
}

TEST_CASE("an archive that is cut off anywhere is an error, unless only its end mark is shorter") {
  const std::string archive = archive_of({{"a", "x"}, {std::string(200, 'n'), std::string(700, 'y')}, {"c", "z"}});
  const std::size_t end_of_files = archive.size() - 1024;
  for (std::size_t length = 0; length <= archive.size(); length += 128) {
    INFO(length);
    const std::string part = archive.substr(0, length);
    if (length >= end_of_files + 512) {
      CHECK(files_in(part).size() == 3);
    } else {
      CHECK_THAT(refusal(part), StartsWith("65 x.tar: at byte "));
    }
  }
}

TEST_CASE("an empty archive has no files, and what is no archive says so") {
  CHECK(files_in(tar_end()).empty());
  CHECK(refusal("") == refusal_at(0, "the archive has no end mark"));
  CHECK(refusal(std::string(2000, 'x')) == refusal_at(0, "this is no tar header (its checksum is wrong)"));
  CHECK(refusal(std::string(100, '\0')) == refusal_at(0, "the archive ends in the middle of a file or header"));
}

TEST_CASE("hostile headers are refused with their place and reason") {
  std::string no_number = tar_block("a", 0, '0');
  no_number.replace(124, 12, "12x456789012");
  std::string negative = tar_block("a", 0, '0');
  negative.replace(124, 12, std::string(12, '\xFF'));
  std::string giant = tar_block("a", 0, '0');
  giant.replace(124, 12, "\x80" + std::string(11, '\xFF'));
  const auto [archive, offset, reason] = GENERATE_COPY(table<std::string, int, std::string>({
      {tar_file("a", "x") + std::string(512, '\0') + tar_file("b", "y"), 1024,
       "a block of zeros in the place of a header"},
      {tar_block("a", 999999, '0') + tar_end(), 0, "a file of 999,999 bytes begins here, but only 1,024 follow"},
      {tests::with_checksum(no_number) + tar_end(), 0, "the header's size is no number"},
      {tests::with_checksum(negative) + tar_end(), 0, "the header's size is no number"},
      {tests::with_checksum(giant) + tar_end(), 0, "the header's size is no number"},
      {tar_file("a", "x", 'S') + tar_end(), 0, "sparse files are not supported; write the archive without --sparse"},
      {pax("22 GNU.sparse.major=1\n") + tar_end(), 0,
       "sparse files are not supported; write the archive without --sparse"},
      {tar_file("a", "x", 'M') + tar_end(), 0,
       "this is a part of an archive in several volumes, which is not supported"},
      {tar_file("a", "x", '1') + tar_end(), 0, "a hard link with data"},
      {pax("nonsense") + tar_end(), 0, "the pax header is malformed"},
      {pax("99999999999999999999 a=b\n") + tar_end(), 0, "the pax header is malformed"},
      {pax("3 a=b\n") + tar_end(), 0, "the pax header is malformed"},
      {pax("60 path=x\n") + tar_end(), 0, "the pax header is malformed"},
      {pax("9 path=xy") + tar_end(), 0, "the pax header is malformed"},
      {pax("8 pathx\n") + tar_end(), 0, "the pax header is malformed"},
      {pax("11 size=-1\n") + tar_end(), 0, "the pax header's size is no number"},
      {pax("10 path=x\n") + tar_end(), 1024, "an extension header without its file"},
      {tar_file("g", "10 path=x\n", 'g') + tar_end(), 0, "a name or size for all files at once"},
      {pax("28 size=9223372036854775807\n") + tar_file("a", "x") + tar_end(), 1024,
       "a file of 9,223,372,036,854,775,807 bytes begins here, but only 1,536 follow"},
      {tar_block("a", 2000000, 'x') + std::string(2000896, '1') + tar_end(), 0,
       "an extension header of more than 1048576 bytes"},
      {tar_block("a", 5000, 'L') + std::string(5120, '1') + tar_end(), 0,
       "an extension header of more than 4097 bytes"},
      {pax("13 path=a" + std::string(1, '\0') + "bc\n") + tar_file("a", "x") + tar_end(), 1024,
       "a file without a usable name"},
      {tar_file("", "x", '7') + tar_end(), 0, "a file without a usable name"},
  }));
  CHECK(refusal(archive) == refusal_at(offset, reason));
}

TEST_CASE("mutated archives are read or refused, and no file lies outside") {
  const std::string archive = archive_of(sample_files());
  base::RandomStream random(5, 5, 5);
  int read = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string mutated = archive;
    const auto changes = 1 + random.below(4);
    for (std::uint64_t k = 0; k < changes; ++k) {
      const auto block = random.below(archive.size() / 512) * 512;
      std::string& target = mutated;
      target[static_cast<std::size_t>(block + random.below(512))] = static_cast<char>(random.below(256));
      const auto bytes = std::as_bytes(std::span(mutated)).subspan(static_cast<std::size_t>(block), 512);
      const bool is_header = mutated.compare(static_cast<std::size_t>(block) + 257, 5, "ustar") == 0;
      if (is_header && random.below(2) == 0) {
        std::string fixed = tests::with_checksum(mutated.substr(static_cast<std::size_t>(block), 512));
        mutated.replace(static_cast<std::size_t>(block), 512, fixed);
      }
      CHECK(bytes.size() == 512);
    }
    const MemoryBytes bytes(std::as_bytes(std::span(mutated)), "x.tar");
    try {
      TarReader reader(bytes);
      while (const auto member = reader.next()) {
        REQUIRE(member->offset + member->size <= mutated.size());
        ++read;
      }
    } catch (const base::UserError&) {
    }
  }
  CHECK(read > 1000);
}

TEST_CASE("a small file's content is bounded") {
  const std::string archive = archive_of({{"a.cls", "17\n"}, {"b.cls", std::string(6000, '1')}});
  const MemoryBytes bytes(std::as_bytes(std::span(archive)), "x.tar");
  TarReader reader(bytes);
  const TarMember first = *reader.next();
  CHECK(reader.content(first, 32) == "17\n");
  const TarMember second = *reader.next();
  CHECK(reader.content(second, 6000).size() == 6000);
  CHECK(user_error([&] { reader.content(second, 32); }) ==
        refusal_at(1536, "a file of 6,000 bytes where at most 32 are expected"));
}
