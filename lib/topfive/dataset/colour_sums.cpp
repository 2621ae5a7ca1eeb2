#include "topfive/dataset/colour_sums.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace topfive::dataset {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

void add_grey_row(const std::uint8_t* row, int width, ColourSums& sums) {
  for (int x = 0; x < width; ++x) {
    const std::uint64_t value = row[x];
    sums.sum[0] += value;
    sums.product[0][0] += value * value;
  }
}

void add_colour_row(const std::uint8_t* row, int width, ColourSums& sums) {
  for (int x = 0; x < width; ++x, row += 3) {
    const std::uint32_t r = row[0];
    const std::uint32_t g = row[1];
    const std::uint32_t b = row[2];
    sums.sum[0] += r;
    sums.sum[1] += g;
    sums.sum[2] += b;
    sums.product[0][0] += r * r;
    sums.product[0][1] += r * g;
    sums.product[0][2] += r * b;
    sums.product[1][1] += g * g;
    sums.product[1][2] += g * b;
    sums.product[2][2] += b * b;
  }
}

// In units of [0, 1]. The difference of the two terms cancels digits, hence long double.
Matrix covariance(const ColourSums& sums) {
  Matrix matrix{};
  const auto pixels = static_cast<long double>(sums.pixels);
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = i; j < 3; ++j) {
      const long double mean_product = static_cast<long double>(sums.product[i][j]) / pixels;
      const long double product_of_means =
          static_cast<long double>(sums.sum[i]) / pixels * (static_cast<long double>(sums.sum[j]) / pixels);
      matrix[i][j] = matrix[j][i] = static_cast<double>((mean_product - product_of_means) / (255.0L * 255.0L));
    }
  }
  return matrix;
}

// One of Jacobi's rotations, which makes matrix[p][q] zero; the columns of `vectors` turn with it (Golub and Van Loan,
// Matrix Computations, section 8.5).
void rotate(Matrix& matrix, Matrix& vectors, std::size_t p, std::size_t q) {
  if (matrix[p][q] == 0.0) return;
  const double tau = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
  const double tangent = (tau >= 0 ? 1.0 : -1.0) / (std::abs(tau) + std::sqrt(1.0 + tau * tau));
  const double cosine = 1.0 / std::sqrt(1.0 + tangent * tangent);
  const double sine = tangent * cosine;
  const auto turn = [&](double& a, double& b) {
    const double old = a;
    a = cosine * old - sine * b;
    b = sine * old + cosine * b;
  };
  for (std::size_t k = 0; k < 3; ++k) turn(matrix[k][p], matrix[k][q]);
  for (std::size_t k = 0; k < 3; ++k) turn(matrix[p][k], matrix[q][k]);
  for (std::size_t k = 0; k < 3; ++k) turn(vectors[k][p], vectors[k][q]);
}

std::array<PrincipalComponent, 3> principal_components(Matrix matrix) {
  Matrix vectors = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
  constexpr int kSweeps = 30;  // a 3 x 3 matrix needs about five
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    rotate(matrix, vectors, 0, 1);
    rotate(matrix, vectors, 0, 2);
    rotate(matrix, vectors, 1, 2);
  }
  std::array<PrincipalComponent, 3> components{};
  for (std::size_t c = 0; c < 3; ++c) {
    components[c] = {std::max(0.0, matrix[c][c]), {vectors[0][c], vectors[1][c], vectors[2][c]}};
    auto& vector = components[c].vector;
    const double largest =
        *std::max_element(vector.begin(), vector.end(), [](double a, double b) { return std::abs(a) < std::abs(b); });
    if (largest < 0) std::transform(vector.begin(), vector.end(), vector.begin(), [](double v) { return -v; });
  }
  std::stable_sort(components.begin(), components.end(),
                   [](const auto& a, const auto& b) { return a.variance > b.variance; });
  return components;
}

}  // namespace

void ColourSums::add(const ColourSums& other) {
  pixels += other.pixels;
  for (std::size_t i = 0; i < 3; ++i) {
    sum[i] += other.sum[i];
    for (std::size_t j = 0; j < 3; ++j) product[i][j] += other.product[i][j];
  }
}

ColourSums colour_sums(const image::Image& image) {
  assert(image.channels() == 1 || image.channels() == 3);
  ColourSums sums;
  sums.pixels = image.total();
  for (int y = 0; y < image.rows; ++y) {
    const auto* row = image.ptr<std::uint8_t>(y);
    image.channels() == 3 ? add_colour_row(row, image.cols, sums) : add_grey_row(row, image.cols, sums);
  }
  return sums;
}

ColourStatistics colour_statistics(const ColourSums& sums, int channels) {
  assert(sums.pixels > 0);
  const Matrix matrix = covariance(sums);
  ColourStatistics statistics;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    statistics.mean.push_back(static_cast<double>(sums.sum[c]) / static_cast<double>(sums.pixels) / 255.0);
    statistics.std.push_back(std::sqrt(std::max(0.0, matrix[c][c])));
  }
  if (channels == 3) statistics.components = principal_components(matrix);
  return statistics;
}

}  // namespace topfive::dataset
