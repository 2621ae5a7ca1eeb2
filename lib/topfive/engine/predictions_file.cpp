#include "topfive/engine/predictions_file.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "topfive/base/files.h"

namespace topfive::engine {
namespace {

constexpr std::int64_t kShown = 5;

}  // namespace

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

PredictionsFile::PredictionsFile(std::filesystem::path path, const data::SampleSource& source)
    : path_(std::move(path)), source_(source), text_("name,label") {
  const auto shown = std::min(kShown, static_cast<std::int64_t>(source.class_names().size()));
  for (std::int64_t rank = 1; rank <= shown; ++rank) {
    text_ += ",class" + std::to_string(rank) + ",probability" + std::to_string(rank);
  }
  text_ += '\n';
}

void PredictionsFile::add(const data::Batch& batch, const torch::Tensor& logits) {
  const auto shown = std::min(kShown, logits.size(1));
  const auto [values, classes] = torch::softmax(logits.to(torch::kFloat32), 1).topk(shown, 1);
  const auto probabilities = values.cpu().contiguous();
  const auto indices = classes.cpu().contiguous();
  const auto& names = source_.class_names();
  for (std::int64_t n = 0; n < batch.size; ++n) {
    if (batch.labels[n] == data::kLeftOut) continue;
    text_ += csv_field(source_.name(batch.sample_ids[n])) + "," +
             csv_field(names[static_cast<std::size_t>(batch.labels[n])]);
    for (std::int64_t rank = 0; rank < shown; ++rank) {
      const auto at = n * shown + rank;
      char probability[24];
      std::snprintf(probability, sizeof probability, ",%.6f",
                    static_cast<double>(probabilities.const_data_ptr<float>()[at]));
      const auto best = static_cast<std::size_t>(indices.const_data_ptr<std::int64_t>()[at]);
      text_ += "," + csv_field(names[best]) + probability;
    }
    text_ += '\n';
  }
}

void PredictionsFile::write() const { base::write_file_atomically(path_, text_); }

}  // namespace topfive::engine
