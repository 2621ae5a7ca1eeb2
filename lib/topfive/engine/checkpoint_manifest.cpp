#include "topfive/engine/checkpoint_manifest.h"

#include <array>
#include <cstddef>
#include <span>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"
#include "topfive/base/sha256.h"
#include "topfive/base/text.h"

namespace topfive::engine {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kManifestVersion = 1;
constexpr std::uint64_t kMaxManifestBytes = 1 << 20;

[[noreturn]] void bad_checkpoint(const fs::path& file, const std::string& reason) {
  throw base::UserError(base::ExitCode::kBadData, base::one_line(file.string(), 4096) + ": " + reason +
                                                      "; the checkpoint is damaged or incomplete, use another one");
}

Json to_json(const Manifest& manifest) {
  Json files = Json::object();
  for (const auto& [name, entry] : manifest.files) files[name] = {{"bytes", entry.bytes}, {"sha256", entry.sha256}};
  return {{"format_version", kManifestVersion},
          {"sequence", manifest.sequence},
          {"top1_error", manifest.top1_error ? Json(*manifest.top1_error) : Json(nullptr)},
          {"files", std::move(files)}};
}

Manifest from_json(const Json& json) {
  Manifest manifest;
  json.at("sequence").get_to(manifest.sequence);
  if (!json.at("top1_error").is_null()) manifest.top1_error = json.at("top1_error").get<double>();
  for (const auto& [name, entry] : json.at("files").items()) {
    manifest.files[name] = {entry.at("bytes").get<std::uint64_t>(), entry.at("sha256").get<std::string>()};
  }
  return manifest;
}

// Empty where the text is not a manifest at all.
std::optional<Manifest> parse_manifest(const std::string& text) {
  try {
    return from_json(Json::parse(text));
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

bool is_file(const fs::path& path, base::FileSystem& files) {
  base::EntryKind kind = base::EntryKind::kOther;
  return base::uninterrupted([&] { return files.kind_of(path, kind); }) == 0 && kind == base::EntryKind::kFile;
}

std::string read_text(const fs::path& path, base::FileSystem& files) {
  std::string text;
  base::read_in_pieces(path, files, [&](std::span<const std::byte> piece) {
    if (text.size() + piece.size() > kMaxManifestBytes) bad_checkpoint(path, "too long for a manifest");
    text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  return text;
}

ManifestEntry measure(const fs::path& path, base::FileSystem& files) {
  ManifestEntry entry;
  base::Sha256 hash;
  base::read_in_pieces(path, files, [&](std::span<const std::byte> piece) {
    hash.update(piece);
    entry.bytes += piece.size();
  });
  entry.sha256 = hash.finish();
  return entry;
}

void verify_file(const fs::path& path, const ManifestEntry& expected, base::FileSystem& files) {
  const ManifestEntry found = measure(path, files);
  if (found.bytes != expected.bytes) {
    bad_checkpoint(path, "has " + base::with_thousands(static_cast<long long>(found.bytes)) + " bytes, " +
                             base::with_thousands(static_cast<long long>(expected.bytes)) + " were written");
  }
  if (found.sha256 != expected.sha256) bad_checkpoint(path, "the content does not match its SHA-256 in the manifest");
}

// What lies in the checkpoint's directory is exactly what the manifest names.
void verify_names(const fs::path& checkpoint, const Manifest& manifest, base::FileSystem& files) {
  std::size_t num_found = 0;
  for (const auto& entry : base::list_directory(checkpoint, files)) {
    if (entry.name == kManifestName) continue;
    if (!manifest.files.contains(entry.name)) bad_checkpoint(checkpoint / entry.name, "does not belong here");
    if (entry.kind != base::EntryKind::kFile) bad_checkpoint(checkpoint / entry.name, "is not a regular file");
    ++num_found;
  }
  if (num_found == manifest.files.size()) return;
  for (const auto& [name, entry] : manifest.files) {
    if (!base::entry_exists(checkpoint / name, files)) bad_checkpoint(checkpoint / name, "missing");
  }
}

}  // namespace

std::string dump_manifest(const Manifest& manifest) {
  Json json = to_json(manifest);
  json["sha256"] = base::sha256_of(json.dump(2));
  return json.dump(2) + "\n";
}

Manifest read_manifest(const fs::path& checkpoint, base::FileSystem& files) {
  const auto path = checkpoint / kManifestName;
  if (!base::entry_exists(path, files)) bad_checkpoint(path, "missing");
  if (!is_file(path, files)) bad_checkpoint(path, "is not a regular file");
  const std::string text = read_text(path, files);
  const auto manifest = parse_manifest(text);
  if (!manifest) bad_checkpoint(path, "not a manifest");
  // Written again from what was understood, it must be the same text: so no byte can differ, in whatever place.
  if (dump_manifest(*manifest) != text) bad_checkpoint(path, "the content does not match its own SHA-256");
  return *manifest;
}

Manifest verify_checkpoint(const fs::path& checkpoint, base::FileSystem& files) {
  Manifest manifest = read_manifest(checkpoint, files);
  verify_names(checkpoint, manifest, files);
  for (const auto& [name, entry] : manifest.files) verify_file(checkpoint / name, entry, files);
  return manifest;
}

void CheckpointFiles::add(const std::string& name, base::FileParts parts) {
  base::Sha256 hash;
  base::write_new_file(directory_ / name, parts, files_, &hash);
  ManifestEntry entry;
  for (const auto& part : parts) entry.bytes += part.size();
  entry.sha256 = hash.finish();
  entries_[name] = entry;
}

void CheckpointFiles::add(const std::string& name, std::string_view text) {
  const std::array parts{std::as_bytes(std::span(text))};
  add(name, parts);
}

}  // namespace topfive::engine
