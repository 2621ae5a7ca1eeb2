#include "topfive/engine/run_config.h"

#include "topfive/base/config_document.h"
#include "topfive/base/error.h"
#include "topfive/base/program_files.h"
#include "topfive/base/text.h"

namespace topfive::engine {
namespace {

std::vector<std::string> shipped_config_names() {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(configs_directory(), ignored)) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().filename().string());
  }
  return names;
}

// What to do about a name that is no config file.
std::string advice_for(const std::string& name) {
  const auto names = shipped_config_names();
  if (names.empty()) {
    return "and there are no shipped ones in " + configs_directory().string() +
           "; give the path of a config file, or start the program where it is installed";
  }
  const std::string nearest = base::nearest_name(name, names);
  if (!nearest.empty()) return "did you mean the shipped config \"" + nearest + "\"?";
  constexpr std::size_t kShownNames = 5;
  return "the shipped ones nearest to it: " + base::join(base::closest_names(name, names, kShownNames)) +
         " (inspect recipes lists all " + std::to_string(names.size()) + ")";
}

}  // namespace

const base::Fields<ExpectedResult>& ExpectedResult::fields() {
  static const auto kFields =
      base::Fields<ExpectedResult>("What this recipe should reach, and where the figure comes from.")
          .number("top1_error", &ExpectedResult::top1_error,
                  {.help = "top-1 error on the validation set, a fraction", .min = 0, .max = 1})
          .number("top5_error", &ExpectedResult::top5_error,
                  {.help = "top-5 error on the validation set, a fraction", .min = 0, .max = 1})
          .text("source", &ExpectedResult::source, {.help = "paper table, reference implementation, or our own run"})
          .text("cost", &ExpectedResult::cost, {.help = "what a run takes, and on which machine"});
  return kFields;
}

const base::Fields<AugmentConfig>& AugmentConfig::fields() {
  static const auto kFields = base::Fields<AugmentConfig>("What happens to a picture between decoding and the batch.")
                                  .list_of("train", &AugmentConfig::train, augment::transform_alternatives(),
                                           {.help = "steps for training pictures, in order", .required = true})
                                  .list_of("eval", &AugmentConfig::eval, augment::transform_alternatives(),
                                           {.help = "steps for validation pictures, in order", .required = true})
                                  .object("progressive", &AugmentConfig::progressive);
  return kFields;
}

const base::Fields<RunConfig>& RunConfig::fields() {
  static const auto kFields =
      base::Fields<RunConfig>("A recipe: what to train, on what, how and for how long.")
          .text("description", &RunConfig::description, {.help = "what the recipe is, for people"})
          .object("expected", &RunConfig::expected)
          .one_of("model", &RunConfig::model, models::model_alternatives(), {.help = "the network", .required = true})
          .object("data", &RunConfig::data)
          .object("augment", &RunConfig::augment, {.help = "", .required = true})
          .object("loss", &RunConfig::loss)
          .one_of("optimizer", &RunConfig::optimizer, optim::optimizer_alternatives(),
                  {.help = "how gradients change the weights", .required = true})
          .one_of("schedule", &RunConfig::schedule, optim::schedule_alternatives(),
                  {.help = "the learning rate over time", .required = true})
          .object("train", &RunConfig::train)
          .object("parallel", &RunConfig::parallel)
          .object("checkpoint", &RunConfig::checkpoint)
          .object("log", &RunConfig::log)
          .object("health", &RunConfig::health);
  return kFields;
}

std::filesystem::path configs_directory() { return base::shared_directory() / "configs"; }

std::filesystem::path find_config(const std::string& name) {
  if (std::filesystem::exists(name)) return name;
  const auto shipped = configs_directory() / name;
  if (!std::filesystem::path(name).has_parent_path() && std::filesystem::exists(shipped)) return shipped;
  throw base::UserError(base::ExitCode::kInputMissing, name + ": no such config file; " + advice_for(name));
}

RunConfig load_run_config(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  const auto document = base::ConfigDocument::load(path, overrides);
  return RunConfig::fields().parse(base::ConfigNode(document));
}

RunConfig parse_run_config(const std::string& text, const std::string& name) {
  const auto document = base::ConfigDocument::parse(text, name);
  return RunConfig::fields().parse(base::ConfigNode(document));
}

std::string dump_run_config(const RunConfig& config) { return RunConfig::fields().dump(config).dump(2) + "\n"; }

}  // namespace topfive::engine
