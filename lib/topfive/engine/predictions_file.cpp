#include "topfive/engine/predictions_file.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "topfive/base/files.h"

namespace topfive::engine {
namespace {

constexpr std::int64_t kShown = 5;

std::string header(std::size_t num_classes) {
  std::string text = "name,label";
  const auto shown = std::min(kShown, static_cast<std::int64_t>(num_classes));
  for (std::int64_t rank = 1; rank <= shown; ++rank) {
    text += ",class" + std::to_string(rank) + ",probability" + std::to_string(rank);
  }
  return text + "\n";
}

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
    : path_(std::move(path)), source_(source) {}

void PredictionsFile::add(const data::Batch& batch, const torch::Tensor& logits) {
  const auto shown = std::min(kShown, logits.size(1));
  const auto [values, classes] = torch::softmax(logits.to(torch::kFloat32), 1).topk(shown, 1);
  const auto probabilities = values.cpu().contiguous();
  const auto indices = classes.cpu().contiguous();
  const auto& names = source_.class_names();
  std::string& text = batches_.emplace_back();
  for (std::int64_t n = 0; n < batch.size; ++n) {
    if (batch.labels[n] == data::kLeftOut) continue;
    text += csv_field(source_.name(batch.sample_ids[n])) + "," +
            csv_field(names[static_cast<std::size_t>(batch.labels[n])]);
    for (std::int64_t rank = 0; rank < shown; ++rank) {
      const auto at = n * shown + rank;
      char probability[24];
      std::snprintf(probability, sizeof probability, ",%.6f",
                    static_cast<double>(probabilities.const_data_ptr<float>()[at]));
      const auto best = static_cast<std::size_t>(indices.const_data_ptr<std::int64_t>()[at]);
      text += "," + csv_field(names[best]) + probability;
    }
    text += '\n';
  }
}

std::string PredictionsFile::packed() const {
  std::string text;
  for (const std::string& lines : batches_) text += std::to_string(lines.size()) + "\n" + lines;
  return text;
}

void PredictionsFile::write(const std::vector<std::string>& packed) const {
  std::string text = header(source_.class_names().size());
  std::vector<std::size_t> read(packed.size(), 0);
  // Round after round, a batch from each rank; the first that has none left was to have the one behind the last.
  for (std::size_t rank = 0; read[rank] < packed[rank].size(); rank = (rank + 1) % packed.size()) {
    const std::size_t line_end = packed[rank].find('\n', read[rank]);
    const std::size_t length = std::stoull(packed[rank].substr(read[rank], line_end - read[rank]));
    text.append(packed[rank], line_end + 1, length);
    read[rank] = line_end + 1 + length;
  }
  base::write_file_atomically(path_, text);
}

}  // namespace topfive::engine
