#include <limits>

#include <torch/torch.h>

#include "topfive/metrics/top_k.h"

#include "support/catch.h"

namespace topfive::metrics {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

TopKCounts count_row(const std::vector<float>& scores, std::int64_t label) {
  return count_top_k(torch::tensor(scores).unsqueeze(0), torch::tensor({label}));
}

// The definition, one row at a time.
TopKCounts count_slowly(const torch::Tensor& logits, const torch::Tensor& labels) {
  TopKCounts counts;
  for (std::int64_t row = 0; row < logits.size(0); ++row) {
    const auto own = labels[row].item<std::int64_t>();
    const float score = logits[row][own].item<float>();
    int rivals = 0;
    for (std::int64_t other = 0; other < logits.size(1); ++other) {
      if (other != own && logits[row][other].item<float>() >= score) ++rivals;
    }
    counts.top1_correct += rivals < 1 ? 1 : 0;
    counts.top5_correct += rivals < std::min<int>(5, static_cast<int>(logits.size(1))) ? 1 : 0;
    ++counts.total;
  }
  return counts;
}

}  // namespace

TEST_CASE("a row is judged by how many other classes reach the label's score") {
  const auto [scores, label, top1, top5] = GENERATE(table<std::vector<float>, std::int64_t, int, int>({
      {{0, 1, 2, 3, 4, 5, 6}, 6, 1, 1},
      {{0, 1, 2, 3, 4, 5, 6}, 5, 0, 1},
      {{0, 1, 2, 3, 4, 5, 6}, 2, 0, 1},
      {{0, 1, 2, 3, 4, 5, 6}, 1, 0, 0},
      {{7, 7, 0, 0, 0, 0, 0}, 0, 0, 1},  // A tie for the first place.
      {{7, 7, 0, 0, 0, 0, 0}, 1, 0, 1},
      {{5, 4, 3, 2, 1, 1, 0}, 4, 0, 0},  // A tie for the fifth place.
      {{1, 1, 1, 1, 1, 1, 1}, 3, 0, 0},  // A network that says the same for every class.
      {{kInf, 0, 0, 0, 0, 0, 0}, 0, 1, 1},
      {{kInf, kInf, 0, 0, 0, 0, 0}, 0, 0, 1},
      {{-kInf, 0, 0, 0, 0, 0, 0}, 0, 0, 0},
      {{kNan, 0, 0, 0, 0, 0, 0}, 0, 0, 0},
      {{9, 0, 0, kNan, 0, 0, 0}, 0, 0, 0},  // NaN anywhere spoils the row.
      {{kNan, kNan, kNan, kNan, kNan, kNan, kNan}, 2, 0, 0},
  }));
  CHECK(count_row(scores, label) == TopKCounts{top1, top5, 1});
}

TEST_CASE("with fewer than five classes top-5 means all of them, and a tie is wrong for top-1 alone") {
  CHECK(count_row({1, 2, 3}, 0) == TopKCounts{0, 1, 1});
  CHECK(count_row({2, 2, 2}, 0) == TopKCounts{0, 1, 1});
  CHECK(count_row({1, 0}, 0) == TopKCounts{1, 1, 1});
}

TEST_CASE("counts equal the definition on random scores with many ties") {
  torch::manual_seed(1);
  for (int round = 0; round < 30; ++round) {
    const std::int64_t rows = 1 + round % 7;
    const std::int64_t classes = 1 + round;
    const auto logits = torch::randint(-4, 5, {rows, classes}).to(torch::kFloat32);
    const auto labels = torch::randint(classes, {rows}, torch::kInt64);
    CAPTURE(rows, classes);
    CHECK(count_top_k(logits, labels) == count_slowly(logits, labels));
  }
}

TEST_CASE("counts of parts add up to the count of the whole") {
  torch::manual_seed(2);
  const auto logits = torch::randn({50, 20}).to(torch::kBFloat16);
  const auto labels = torch::randint(20, {50}, torch::kInt64);
  TopKCounts sum;
  for (std::int64_t start = 0; start < 50; start += 7) {
    const std::int64_t length = std::min<std::int64_t>(7, 50 - start);
    sum += count_top_k(logits.narrow(0, start, length), labels.narrow(0, start, length));
  }
  CHECK(sum == count_top_k(logits, labels));
  CHECK(sum.total == 50);
}

TEST_CASE("errors are fractions of all pictures") {
  const TopKCounts counts{30, 45, 60};
  CHECK(counts.top1_error() == 0.5);
  CHECK(counts.top5_error() == 0.25);
  CHECK(TopKCounts{}.top1_error() == 0.0);
}

TEST_CASE("an empty batch counts nothing and shapes that do not fit are refused") {
  CHECK(count_top_k(torch::zeros({0, 10}), torch::zeros({0}, torch::kInt64)) == TopKCounts{});
  CHECK_THROWS(count_top_k(torch::zeros({3, 10}), torch::zeros({2}, torch::kInt64)));
  CHECK_THROWS(count_top_k(torch::zeros({1, 10}), torch::tensor({std::int64_t{10}})));
}

}  // namespace topfive::metrics
