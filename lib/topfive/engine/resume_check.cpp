#include "topfive/engine/resume_check.h"

#include <algorithm>

#include "topfive/base/error.h"
#include "topfive/base/log.h"
#include "topfive/base/text.h"

namespace topfive::engine {
namespace {

bool covers(const std::string& accepted, const std::string& key) {
  return key == accepted || key.starts_with(accepted + ".");
}

bool is_accepted(const std::string& key, const std::vector<std::string>& accepted) {
  return std::any_of(accepted.begin(), accepted.end(), [&](const std::string& one) { return covers(one, key); });
}

void check_config(const std::vector<std::string>& differing, const std::vector<std::string>& accepted) {
  std::vector<std::string> refused;
  std::vector<std::string> flags;
  for (const auto& key : differing) {
    if (is_accepted(key, accepted)) {
      base::log_warning("accepted change: " + key + " is not what it was in the checkpoint");
    } else {
      refused.push_back(key);
      flags.push_back("--accept-change " + key);
    }
  }
  if (refused.empty()) return;
  throw base::UserError(base::ExitCode::kConfig, "the config differs from the checkpoint's in " + base::join(refused) +
                                                     "; resume with the same recipe, accept it with " +
                                                     base::join(flags, " ") + ", or start a new run in another --out");
}

}  // namespace

void check_same_run(const Provenance& saved, const Provenance& now, const std::vector<std::string>& accepted,
                    const std::filesystem::path& checkpoint) {
  check_config(differing_keys(saved.config_json, now.config_json), accepted);
  if (saved.data_fingerprint == now.data_fingerprint) return;
  if (!is_accepted("data", accepted)) {
    throw base::UserError(base::ExitCode::kBadData,
                          "the training data differ from those of " + checkpoint.string() +
                              "; resume with the same --data, accept it with --accept-change data, or start a new run "
                              "in another --out");
  }
  base::log_warning("accepted change: the training data are not those of the checkpoint");
}

}  // namespace topfive::engine
