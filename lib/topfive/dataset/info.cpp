#include "topfive/dataset/info.h"

#include <ostream>

#include <nlohmann/json.hpp>

#include "topfive/base/files.h"
#include "topfive/base/text.h"
#include "topfive/data/index_cache.h"
#include "topfive/data/indexed_source.h"
#include "topfive/data/open_source.h"
#include "topfive/data/printable.h"
#include "topfive/data/row_index_file.h"
#include "topfive/dataset/split_parts.h"

namespace topfive::dataset {
namespace {

using Json = nlohmann::ordered_json;

// Where the next run will find the listing.
std::string index_state(const InfoRequest& request, data::DataKind kind, const std::string& split) {
  const data::IndexKey key{request.directory, kind_name(kind), split};
  if (data::find_index_beside(key)) return "beside the data";
  return data::find_cached_index(key) ? "in the cache" : "none";
}

// How many pictures have one, and where they lie.
std::string rows_state(const InfoRequest& request, const std::string& split, std::int64_t pictures) {
  const auto rows = data::find_rows(request.directory, split, pictures);
  if (!rows) return "none";
  const bool is_beside = rows->name() == data::printable(data::rows_beside(request.directory, split).string());
  return base::with_thousands(rows->entries()) + (is_beside ? ", beside the data" : ", in the cache");
}

Json describe_source(const data::SampleSource& source) {
  Json json = {{"pictures", source.size()}, {"classes", source.class_names().size()}};
  std::uint64_t bytes = 0;
  for (std::int64_t i = 0; i < source.size(); ++i) bytes += static_cast<std::uint64_t>(source.encoded_bytes(i));
  if (bytes > 0) json["bytes"] = bytes;
  if (const auto size = source.fixed_height_width()) json["height_width"] = {size->first, size->second};
  if (const auto* indexed = dynamic_cast<const data::IndexedSource*>(&source)) {
    json["places"] = indexed->index().places.size();
    json["pixels"] = indexed->index().pixels.empty() ? "as they were shipped" : indexed->index().pixels;
  }
  json["fingerprint"] = source.fingerprint();
  return json;
}

Json describe_split(const InfoRequest& request, const data::DataConfig& config, data::Split split) {
  try {
    Json json = describe_source(*data::open_source(config, request.directory, split));
    json["index"] = index_state(request, config.type, split_text(split));
    json["row_indexes"] = rows_state(request, split_text(split), json["pictures"]);
    return json;
  } catch (const base::UserError& error) {
    const bool missing = error.code() == base::ExitCode::kInputMissing;
    return {{missing ? "missing" : "error", data::printable(error.what())}};
  }
}

// What `dataset pack` wrote beside its shards; nothing where there is none or it is not JSON.
Json pack_summary(const std::filesystem::path& directory) {
  constexpr std::uint64_t kMaxBytes = std::uint64_t{256} << 20U;
  std::error_code ignored;
  const auto file = directory / "pack.json";
  if (!std::filesystem::exists(file, ignored)) return Json();
  Json json = Json::parse(base::read_text_file(file, kMaxBytes), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Json();
  json.erase("splits");
  return json;
}

Json describe(const InfoRequest& request) {
  require_data_directory(request.directory);
  data::DataConfig config = config_of_type(request.type);
  config.type = kind_in(request.directory, config.type);
  Json json = {{"directory", data::printable(request.directory.string())}, {"kind", kind_name(config.type)}};
  for (const data::Split split : {data::Split::kTrain, data::Split::kEval}) {
    json["splits"][split_text(split)] = describe_split(request, config, split);
  }
  if (Json pack = pack_summary(request.directory); !pack.is_null()) json["pack"] = std::move(pack);
  return json;
}

std::string plain(const Json& value) {
  if (value.is_string()) return data::printable(value.get<std::string>());
  if (value.is_number_integer()) return base::with_thousands(value.get<std::int64_t>());
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string lines_of(const Json& object, const std::string& indent) {
  std::string text;
  for (const auto& [key, value] : object.items()) {
    const std::string name = data::printable(key);
    text += indent + name + std::string(name.size() < 14 ? 14 - name.size() : 1, ' ');
    text += (key == "bytes" && value.is_number_unsigned() ? format_bytes(value.get<double>()) : plain(value)) + "\n";
  }
  return text;
}

std::string as_lines(const Json& json) {
  std::string text = plain(json["directory"]) + ": " + plain(json["kind"]) + "\n";
  for (const auto& [split, facts] : json["splits"].items()) text += split + "\n" + lines_of(facts, "  ");
  if (!json.contains("pack")) return text;
  text += "packed " + std::string(json["pack"].value("complete", Json()) == true ? "completely" : "in part") + "\n";
  const Json settings = json["pack"].value("settings", Json::object());
  return text + (settings.is_object() ? lines_of(settings, "  ") : "");
}

}  // namespace

base::ExitCode run_info(const InfoRequest& request, std::ostream& out) {
  const Json json = describe(request);
  out << (request.json ? json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n" : as_lines(json));
  for (const auto& [split, facts] : json["splits"].items()) {
    if (facts.contains("error")) return base::ExitCode::kBadData;
  }
  return base::ExitCode::kOk;
}

}  // namespace topfive::dataset
