#include "topfive/engine/bad_picture_log.h"

#include <fstream>

#include <nlohmann/json.hpp>

namespace topfive::engine {

void append_bad_picture(const std::filesystem::path& run_directory, std::int64_t epoch, const data::BadSample& bad) {
  const nlohmann::ordered_json line = {
      {"epoch", epoch}, {"name", bad.name}, {"kind", bad.kind}, {"reason", bad.reason}};
  std::ofstream file(run_directory / "bad_pictures.jsonl", std::ios::app);
  // File names need not be UTF-8.
  file << line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

}  // namespace topfive::engine
