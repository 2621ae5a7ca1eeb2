#include "topfive/dataset/unpack.h"

#include <cerrno>
#include <memory>
#include <ostream>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "topfive/base/file_descriptor.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/progress.h"
#include "topfive/base/stop_signal.h"
#include "topfive/base/text.h"
#include "topfive/data/open_source.h"
#include "topfive/data/printable.h"
#include "topfive/dataset/ordered_pass.h"
#include "topfive/dataset/sample_keys.h"
#include "topfive/dataset/split_parts.h"

namespace topfive::dataset {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using base::ExitCode;
using base::UserError;

constexpr const char* kMarkName = "unpacked.json";

struct UnpackPart {
  std::string split;
  std::unique_ptr<data::SampleSource> source;
};

std::vector<UnpackPart> open_unpack_parts(const UnpackRequest& request) {
  require_data_directory(request.directory);
  std::vector<UnpackPart> parts;
  for (const data::Split split : splits_named(request.split)) {
    parts.push_back({split_text(split), data::open_source(request.data, request.directory, split)});
  }
  if (parts.size() == 2) data::check_same_classes(*parts[0].source, *parts[1].source);
  return parts;
}

std::string mark_text(const std::vector<UnpackPart>& parts, bool complete) {
  Json json = {{"format", 1}, {"complete", complete}, {"splits", Json::object()}};
  for (const UnpackPart& part : parts) {
    json["splits"][part.split] = {{"pictures", part.source->size()}, {"fingerprint", part.source->fingerprint()}};
  }
  return json.dump(2) + "\n";
}

// True if all is there already.
bool begin_or_go_on(const fs::path& out, const std::vector<UnpackPart>& parts) {
  base::create_writable_directory(out);
  constexpr std::uint64_t kMaxBytes = 1U << 20U;
  const fs::path mark = out / kMarkName;
  if (!fs::exists(mark)) {
    if (!fs::is_empty(out)) {
      throw UserError(ExitCode::kCannotCreate,
                      data::printable(out.string()) + ": holds other files; choose another --out or empty this one");
    }
    base::write_file_atomically(mark, mark_text(parts, false));
    return false;
  }
  const std::string text = base::read_text_file(mark, kMaxBytes);
  if (text == mark_text(parts, true)) return true;
  if (text == mark_text(parts, false)) return false;
  throw UserError(ExitCode::kCannotCreate,
                  data::printable(mark.string()) + ": was written for another data set; choose another --out");
}

void create_class_folders(const fs::path& out, const UnpackPart& part) {
  for (const std::string& name : part.source->class_names()) {
    std::error_code error;
    fs::create_directories(out / part.split / name, error);
    if (error)
      base::throw_system_error(ExitCode::kCannotCreate, "create directory", out / part.split / name, error.value());
  }
}

void write_picture(const fs::path& path, std::span<const std::byte> bytes) {
  const fs::path temporary = path.parent_path() / ("." + path.filename().string() + ".partial");
  base::FileDescriptor file(base::open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666));
  if (!file.is_open()) base::throw_system_error(ExitCode::kCannotCreate, "write", path, errno);
  if (!base::write_all(file.get(), bytes) || !file.close()) {
    const int error = errno;
    ::unlink(temporary.c_str());
    base::throw_system_error(ExitCode::kIo, "write", path, error);
  }
  std::error_code error;
  fs::rename(temporary, path, error);
  if (error) base::throw_system_error(ExitCode::kCannotCreate, "write", path, error.value());
}

// False if the file was there already.
bool unpack_sample(const UnpackPart& part, std::int64_t index, const fs::path& out, std::vector<std::byte>& buffer) {
  const data::SampleSource& source = *part.source;
  const std::string& class_name = source.class_names()[static_cast<std::size_t>(source.label(index))];
  const fs::path path = out / part.split / class_name / file_name_of(source, index);
  std::error_code ignored;
  const auto known = static_cast<std::uintmax_t>(source.encoded_bytes(index));
  if (known > 0 && fs::is_regular_file(path, ignored) && fs::file_size(path, ignored) == known) return false;
  try {
    const data::RawSample raw = source.read(index, buffer);
    if (!raw.encoded) throw data::SampleError("is no file of a picture; only shards can be made of it");
    write_picture(path, raw.bytes);
  } catch (const data::SampleError& error) {
    throw UserError(ExitCode::kBadData, source.name(index) + ": " + error.what());
  }
  return true;
}

// False if a signal asked to stop.
bool unpack_part(const UnpackPart& part, const UnpackRequest& request, std::int64_t& written) {
  create_class_folders(request.out, part);
  const int threads = threads_or_default(request.threads);
  std::vector<std::vector<std::byte>> buffers(static_cast<std::size_t>(threads));
  base::CountProgress progress("unpacked " + part.split, part.source->size());
  const bool whole = ordered_pass<bool>(
      part.source->size(), threads,
      [&](std::int64_t i, int thread) {
        return unpack_sample(part, i, request.out, buffers[static_cast<std::size_t>(thread)]);
      },
      [&](std::int64_t, bool is_new) {
        written += is_new ? 1 : 0;
        progress.add(1);
      });
  progress.finish();
  return whole;
}

// One call for the whole file system: a million single ones would take hours.
void bring_to_disk(const fs::path& out) {
  const base::FileDescriptor directory(base::open_file(out, O_RDONLY | O_DIRECTORY));
  if (!directory.is_open() || ::syncfs(directory.get()) != 0)
    base::throw_system_error(ExitCode::kIo, "sync", out, errno);
}

}  // namespace

base::ExitCode run_unpack(const UnpackRequest& request, std::ostream& out) {
  const std::vector<UnpackPart> parts = open_unpack_parts(request);
  const std::string name = data::printable(request.out.string());
  if (begin_or_go_on(request.out, parts)) {
    out << name << ": complete already\n";
    return ExitCode::kOk;
  }
  std::int64_t written = 0;
  for (const UnpackPart& part : parts) {
    if (unpack_part(part, request, written)) continue;
    base::log_warning("stopped by " + base::stop_signal_name() + "; the same command goes on from here");
    return ExitCode::kStopped;
  }
  bring_to_disk(request.out);
  base::write_file_atomically(request.out / kMarkName, mark_text(parts, true));
  out << name << ": complete, " << base::with_thousands(written) << " files written now\n";
  return ExitCode::kOk;
}

}  // namespace topfive::dataset
