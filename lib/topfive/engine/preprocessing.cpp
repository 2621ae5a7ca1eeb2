#include "topfive/engine/preprocessing.h"

#include "topfive/base/config_node.h"
#include "topfive/base/error.h"
#include "topfive/engine/train_state.h"

namespace topfive::engine {
namespace {

constexpr const char* kPreprocessingKey = "topfive.preprocessing";
constexpr const char* kModelKey = "topfive.model";
constexpr const char* kClassNamesKey = "topfive.class_names";

std::string preprocessing_problem_in(const Preprocessing& preprocessing) {
  const auto channels = static_cast<std::size_t>(preprocessing.channels);
  const auto fits = [&](const std::vector<double>& values) { return values.size() == 1 || values.size() == channels; };
  return fits(preprocessing.mean) && fits(preprocessing.std) ? "" : "mean and std need one value, or one a channel";
}

// A wrong value is the file's fault here and not the user's config.
template <class Parse>
auto parse_entry(const weights::Metadata& metadata, const std::string& key, const std::string& file, Parse parse)
    -> std::optional<decltype(parse(std::declval<base::ConfigNode>()))> {
  const auto entry = metadata.find(key);
  if (entry == metadata.end()) return std::nullopt;
  try {
    const auto document = base::ConfigDocument::parse(entry->second, file + ": metadata " + key);
    return parse(base::ConfigNode(document));
  } catch (const base::UserError& error) {
    throw base::UserError(base::ExitCode::kBadData, error.what());
  }
}

std::vector<std::string> parse_class_names(const weights::Metadata& metadata, const std::string& file) {
  const auto entry = metadata.find(kClassNamesKey);
  if (entry == metadata.end()) return {};
  const auto json = nlohmann::json::parse(entry->second, nullptr, /*allow_exceptions=*/false);
  std::vector<std::string> names;
  bool valid = json.is_array();
  for (std::size_t i = 0; valid && i < json.size(); ++i) {
    valid = json[i].is_string();
    if (valid) names.push_back(json[i].get<std::string>());
  }
  if (!valid) {
    throw base::UserError(base::ExitCode::kBadData,
                          file + ": metadata " + kClassNamesKey + ": not a list of texts; remove the key or write one");
  }
  return names;
}

}  // namespace

const base::Fields<Preprocessing>& Preprocessing::fields() {
  static const auto kFields =
      base::Fields<Preprocessing>("What a picture goes through before the network.")
          .list_of("transforms", &Preprocessing::transforms, augment::transform_alternatives(),
                   {.help = "as augment.eval of a recipe", .required = true})
          .number("channels", &Preprocessing::channels, {.help = "1 or 3", .min = 1, .max = 3})
          .numbers("mean", &Preprocessing::mean, {.help = "of pixels from 0 to 1", .min = -1e3, .max = 1e3})
          .numbers("std", &Preprocessing::std, {.help = "of pixels from 0 to 1", .min = 1e-6, .max = 1e3})
          .check(preprocessing_problem_in);
  return kFields;
}

Preprocessing usual_preprocessing(int size, int channels) {
  Preprocessing preprocessing;
  augment::ResizeShorterSideConfig resize;
  resize.size = size * 256 / 224;
  augment::CenterCropConfig crop;
  crop.size = size;
  preprocessing.transforms = {resize, crop};
  preprocessing.channels = channels;
  if (channels != 3) {
    preprocessing.mean = {0.5};
    preprocessing.std = {0.25};
  }
  return preprocessing;
}

weights::Metadata weight_metadata(const RunConfig& config, const std::vector<std::string>& class_names) {
  const Preprocessing preprocessing{config.augment.eval, config.data.channels, config.data.mean, config.data.std};
  nlohmann::json names = nlohmann::json::array();
  for (const std::string& name : class_names) names.push_back(as_stored(name));
  return {{"format", "pt"},
          {kPreprocessingKey, Preprocessing::fields().dump(preprocessing).dump()},
          {kModelKey, models::model_alternatives().dump(config.model).dump()},
          {kClassNamesKey, names.dump()}};
}

WeightFacts read_weight_facts(const weights::Metadata& metadata, const std::string& file) {
  WeightFacts facts;
  facts.preprocessing = parse_entry(metadata, kPreprocessingKey, file,
                                    [](const base::ConfigNode& node) { return Preprocessing::fields().parse(node); });
  facts.model = parse_entry(metadata, kModelKey, file,
                            [](const base::ConfigNode& node) { return models::model_alternatives().parse(node); });
  facts.class_names = parse_class_names(metadata, file);
  return facts;
}

}  // namespace topfive::engine
