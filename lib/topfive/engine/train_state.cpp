#include "topfive/engine/train_state.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

#include "topfive/base/error.h"

namespace topfive::engine {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kFormatVersion = 1;

// Sections and keys that may change between a run and its resumption. The same pictures may lie in folders or archives;
// whether they are the same, their fingerprint tells.
constexpr std::array<std::string_view, 17> kHarmless = {"/description",
                                                        "/expected",
                                                        "/log",
                                                        "/checkpoint",
                                                        "/data/num_loader_threads",
                                                        "/data/decode",
                                                        "/data/row_index",
                                                        "/data/ring_batches",
                                                        "/data/read_ahead_mb",
                                                        "/data/type",
                                                        "/data/max_memory_mb",
                                                        "/train/eval_batch_size",
                                                        "/train/eval_protocol",
                                                        "/health",
                                                        "/parallel/timeout_seconds",
                                                        "/parallel/stall_timeout_seconds",
                                                        "/parallel/shard_optimizer"};

bool is_harmless(const std::string& pointer) {
  return std::any_of(kHarmless.begin(), kHarmless.end(),
                     [&](std::string_view prefix) { return pointer.starts_with(prefix); });
}

Json dump_train_state(const TrainState& state) {
  return {{"step", state.step},
          {"epoch", state.epoch},
          {"batch_in_epoch", state.batch_in_epoch},
          {"epoch_loss_sum", state.epoch_loss_sum},
          {"epoch_top1_correct", state.epoch_top1_correct},
          {"epoch_images", state.epoch_images},
          {"record_loss_sum", state.record_loss_sum},
          {"record_images", state.record_images},
          {"bad_images", state.bad_images},
          {"best_top1_error", state.best_top1_error},
          {"best_step", state.best_step},
          {"plateau_best", state.plateau_best},
          {"plateau_bad_evaluations", state.plateau_bad_evaluations},
          {"plateau_cooldown_left", state.plateau_cooldown_left},
          {"plateau_reductions", state.plateau_reductions},
          {"skipped_steps", state.skipped_steps},
          {"rollbacks", state.rollbacks},
          {"log_bytes", state.log_bytes},
          {"csv_bytes", state.csv_bytes},
          {"tensorboard_bytes", state.tensorboard_bytes},
          {"random_state", state.random_state},
          {"device_random_state", state.device_random_state},
          {"other_random_states", state.other_random_states}};
}

TrainState read_train_state(const Json& json) {
  TrainState state;
  json.at("step").get_to(state.step);
  json.at("epoch").get_to(state.epoch);
  json.at("batch_in_epoch").get_to(state.batch_in_epoch);
  json.at("epoch_loss_sum").get_to(state.epoch_loss_sum);
  json.at("epoch_top1_correct").get_to(state.epoch_top1_correct);
  json.at("epoch_images").get_to(state.epoch_images);
  json.at("record_loss_sum").get_to(state.record_loss_sum);
  json.at("record_images").get_to(state.record_images);
  json.at("bad_images").get_to(state.bad_images);
  json.at("best_top1_error").get_to(state.best_top1_error);
  json.at("best_step").get_to(state.best_step);
  json.at("plateau_best").get_to(state.plateau_best);
  json.at("plateau_bad_evaluations").get_to(state.plateau_bad_evaluations);
  json.at("plateau_cooldown_left").get_to(state.plateau_cooldown_left);
  json.at("plateau_reductions").get_to(state.plateau_reductions);
  json.at("skipped_steps").get_to(state.skipped_steps);
  json.at("rollbacks").get_to(state.rollbacks);
  json.at("log_bytes").get_to(state.log_bytes);
  json.at("csv_bytes").get_to(state.csv_bytes);
  json.at("tensorboard_bytes").get_to(state.tensorboard_bytes);
  json.at("random_state").get_to(state.random_state);
  json.at("device_random_state").get_to(state.device_random_state);
  json.at("other_random_states").get_to(state.other_random_states);
  return state;
}

Provenance read_provenance(const Json& json) {
  Provenance provenance;
  provenance.config_json = json.at("config").dump(2);
  json.at("data_fingerprint").get_to(provenance.data_fingerprint);
  json.at("class_names").get_to(provenance.class_names);
  json.at("topfive_version").get_to(provenance.topfive_version);
  json.at("commit").get_to(provenance.commit);
  json.at("libtorch_version").get_to(provenance.libtorch_version);
  return provenance;
}

}  // namespace

std::string dump_state(const StateFile& file) {
  const Provenance& from = file.provenance;
  const Json json = {{"format_version", kFormatVersion},          {"state", dump_train_state(file.state)},
                     {"topfive_version", from.topfive_version},   {"commit", from.commit},
                     {"libtorch_version", from.libtorch_version}, {"data_fingerprint", from.data_fingerprint},
                     {"class_names", from.class_names},           {"config", Json::parse(from.config_json)}};
  // Class names come from the file system and need not be UTF-8.
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

StateFile parse_state(const std::string& text, const std::string& name) {
  try {
    const Json json = Json::parse(text);
    if (json.at("format_version") != kFormatVersion) {
      throw base::UserError(base::ExitCode::kBadData, name + ": format version " + json.at("format_version").dump() +
                                                          "; this topfive reads version 1");
    }
    return {read_train_state(json.at("state")), read_provenance(json)};
  } catch (const Json::exception&) {
    throw base::UserError(base::ExitCode::kBadData, name + ": not a training state; use another checkpoint");
  }
}

std::string as_stored(const std::string& name) {
  return Json::parse(Json(name).dump(-1, ' ', false, Json::error_handler_t::replace)).get<std::string>();
}

std::vector<std::string> differing_keys(const std::string& config_a, const std::string& config_b) {
  std::vector<std::string> keys;
  for (const auto& change : Json::diff(Json::parse(config_a), Json::parse(config_b))) {
    const std::string pointer = change.at("path");
    if (is_harmless(pointer)) continue;
    std::string key = pointer.substr(1);
    std::replace(key.begin(), key.end(), '/', '.');
    keys.push_back(key);
  }
  return keys;
}

}  // namespace topfive::engine
