#include "topfive/engine/weights_loading.h"

#include <chrono>
#include <cstdio>

#include "topfive/base/error.h"
#include "topfive/base/log.h"
#include "topfive/base/text.h"
#include "topfive/engine/preprocessing.h"
#include "topfive/models/alexnet_columns.h"
#include "topfive/models/presets.h"
#include "topfive/models/uninitialised_model.h"

namespace topfive::engine {
namespace {

weights::LoadReport load_or_explain(models::ImageClassifier& model, const weights::WeightSource& source,
                                    weights::LoadPolicy policy, const std::string& file) {
  weights::LoadReport report;
  try {
    return weights::load_weights(model, source, policy, file, &report);
  } catch (const base::UserError&) {
    if (!report.complete()) base::log_warning(file + " and the network differ:\n" + report.table());
    throw;
  }
}

}  // namespace

void load_weight_file(const RunConfig& config, models::ImageClassifier& model, const weights::WeightSource& source,
                      weights::LoadPolicy policy, const std::string& file) {
  const auto start = std::chrono::steady_clock::now();
  base::log_info("weights    " + file + ": " + source.description());
  weights::LoadReport report;
  if (auto* columns = dynamic_cast<models::AlexNetTwoColumns*>(&model)) {
    auto grouped_config = std::get<models::AlexNetConfig>(config.model);
    grouped_config.placement = models::AlexNetPlacement::kOneDevice;
    const auto grouped = models::build_model(grouped_config);
    report = load_or_explain(*grouped, source, policy, file);
    columns->load_grouped(*grouped);
  } else {
    report = load_or_explain(model, source, policy, file);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  char text[64];
  std::snprintf(text, sizeof text, " tensors loaded in %.2f s", seconds.count());
  base::log_info("           " + base::with_thousands(static_cast<long long>(report.loaded)) + text);
  for (const std::string& remark : report.remarks) base::log_info("           " + remark);
  if (!report.complete()) base::log_warning("not everything fitted:\n" + report.table());
}

RunConfig config_of_model(const std::string& name) {
  const bool is_file =
      models::find_preset(name) == nullptr && (name.ends_with(".json") || std::filesystem::is_regular_file(name));
  if (is_file) return load_run_config(find_config(name), {});
  RunConfig config;
  config.model = models::preset_config(name);
  return config;
}

}  // namespace topfive::engine
