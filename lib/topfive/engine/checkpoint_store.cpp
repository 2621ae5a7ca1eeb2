#include "topfive/engine/checkpoint_store.h"

#include <algorithm>
#include <cstdio>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "topfive/base/error.h"
#include "topfive/base/files.h"
#include "topfive/base/log.h"
#include "topfive/base/sha256.h"

namespace topfive::engine {
namespace {

namespace fs = std::filesystem;

constexpr const char* kManifest = "MANIFEST.json";
constexpr const char* kTemporaryPrefix = ".writing-";
constexpr std::uint64_t kMaxManifestBytes = 1 << 20;

bool is_checkpoint_name(const std::string& name) { return name.starts_with("step-"); }

void write_manifest(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  nlohmann::ordered_json manifest = {{"format_version", 1}, {"files", nlohmann::ordered_json::object()}};
  for (const auto& file : files) {
    manifest["files"][file.filename().string()] = {{"bytes", fs::file_size(file)},
                                                   {"sha256", base::sha256_of_file(file)}};
  }
  base::write_file_atomically(directory / kManifest, manifest.dump(2) + "\n");
}

[[noreturn]] void bad_checkpoint(const fs::path& file, const std::string& reason) {
  throw base::UserError(base::ExitCode::kBadData,
                        file.string() + ": " + reason + "; the checkpoint is damaged or incomplete, use another one");
}

nlohmann::json read_manifest(const fs::path& checkpoint) {
  const auto path = checkpoint / kManifest;
  if (!fs::exists(path)) bad_checkpoint(path, "missing");
  const auto manifest = nlohmann::json::parse(base::read_text_file(path, kMaxManifestBytes), nullptr,
                                              /*allow_exceptions=*/false);
  if (!manifest.is_object() || !manifest.contains("files") || !manifest["files"].is_object()) {
    bad_checkpoint(path, "not a manifest");
  }
  return manifest;
}

void verify_file(const fs::path& path, const nlohmann::json& entry) {
  if (!fs::is_regular_file(path)) bad_checkpoint(path, "missing");
  if (!entry.is_object() || !entry.contains("bytes") || !entry["bytes"].is_number_unsigned() ||
      !entry.contains("sha256") || !entry["sha256"].is_string()) {
    bad_checkpoint(path.parent_path() / kManifest, "the entry of " + path.filename().string() + " is not valid");
  }
  if (fs::file_size(path) != entry["bytes"].get<std::uint64_t>()) {
    bad_checkpoint(path,
                   "has " + std::to_string(fs::file_size(path)) + " bytes, " + entry["bytes"].dump() + " were written");
  }
  if (base::sha256_of_file(path) != entry["sha256"].get<std::string>()) {
    bad_checkpoint(path, "the content does not match its SHA-256 in the manifest");
  }
}

}  // namespace

CheckpointStore::CheckpointStore(fs::path directory) : directory_(std::move(directory)) {
  base::create_writable_directory(directory_);
  for (const auto& entry : fs::directory_iterator(directory_)) {
    if (entry.path().filename().string().starts_with(kTemporaryPrefix)) fs::remove_all(entry.path());
  }
}

fs::path CheckpointStore::commit(std::int64_t step, const std::function<void(const fs::path&)>& fill,
                                 const CommitOptions& options) {
  const auto temporary = directory_ / (kTemporaryPrefix + std::to_string(getpid()));
  const auto target = free_name(step);
  try {
    base::create_writable_directory(temporary);
    fill(temporary);
    write_manifest(temporary);
    base::sync_directory(temporary);
    fs::rename(temporary, target);
    base::sync_directory(directory_);
  } catch (const fs::filesystem_error& error) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw base::UserError(base::ExitCode::kIo,
                          "cannot save the checkpoint " + target.string() + ": " + error.code().message());
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
  base::replace_symlink(directory_ / "last", target.filename());
  if (options.is_best) base::replace_symlink(directory_ / "best", target.filename());
  remove_old(options.keep);
  return target;
}

// A second checkpoint at one step (before and after an evaluation) gets a suffix, so nothing is ever overwritten.
fs::path CheckpointStore::free_name(std::int64_t step) const {
  char stem[32];
  std::snprintf(stem, sizeof stem, "step-%08lld", static_cast<long long>(step));
  fs::path name = directory_ / stem;
  for (int suffix = 1; fs::exists(name); ++suffix) {
    name = directory_ / (std::string(stem) + "." + std::to_string(suffix));
  }
  return name;
}

std::vector<fs::path> CheckpointStore::checkpoints() const {
  const auto order_key = [](const fs::path& path) {
    const std::string name = path.filename().string();
    const auto dot = name.find('.');
    const std::string step = name.substr(5, dot == std::string::npos ? dot : dot - 5);
    const long long suffix = dot == std::string::npos ? 0 : std::atoll(name.c_str() + dot + 1);
    return std::pair(std::atoll(step.c_str()), suffix);
  };
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(directory_)) {
    if (!entry.is_symlink() && entry.is_directory() && is_checkpoint_name(entry.path().filename().string())) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end(),
            [&](const fs::path& a, const fs::path& b) { return order_key(a) < order_key(b); });
  return found;
}

void CheckpointStore::remove_old(int keep) const {
  std::error_code ignored;
  std::set<fs::path> kept = {fs::read_symlink(directory_ / "best", ignored),
                             fs::read_symlink(directory_ / "last", ignored)};
  auto all = checkpoints();
  const auto num_old = static_cast<std::ptrdiff_t>(all.size()) - keep;
  for (std::ptrdiff_t i = 0; i < num_old; ++i) {
    const auto& path = all[static_cast<std::size_t>(i)];
    if (!kept.contains(path.filename())) fs::remove_all(path, ignored);
  }
}

std::optional<fs::path> CheckpointStore::newest_valid() const {
  const auto all = checkpoints();
  if (all.empty()) return std::nullopt;
  for (auto path = all.rbegin(); path != all.rend(); ++path) {
    try {
      verify_checkpoint(*path);
      return *path;
    } catch (const base::UserError& error) {
      base::log_warning(std::string(error.what()) + "; trying the one before it");
    }
  }
  throw base::UserError(base::ExitCode::kBadData, directory_.string() + ": none of the " + std::to_string(all.size()) +
                                                      " checkpoints is whole; start again with another --out");
}

bool CheckpointStore::empty() const { return checkpoints().empty(); }

void verify_checkpoint(const fs::path& checkpoint) {
  const auto manifest = read_manifest(checkpoint);
  for (const auto& [name, entry] : manifest["files"].items()) {
    if (name.find('/') != std::string::npos || name == "..") bad_checkpoint(checkpoint / kManifest, "names a path");
    verify_file(checkpoint / name, entry);
  }
}

fs::path resolve_checkpoint(const fs::path& named) {
  for (const auto& candidate : {named, named / "checkpoints/last", named / "last"}) {
    if (fs::exists(candidate / kManifest)) return fs::canonical(candidate);
  }
  const std::string reason = fs::exists(named) ? "holds no checkpoint" : "no such directory";
  throw base::UserError(
      base::ExitCode::kInputMissing,
      named.string() + ": " + reason + "; name a run directory (train --out), or a folder in its checkpoints");
}

}  // namespace topfive::engine
