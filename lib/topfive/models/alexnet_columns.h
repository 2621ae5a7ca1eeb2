// The AlexNet of 2012 on two devices, as figure 2 of the paper draws it: each column on its own, and between them only
// what the paper lets cross: conv3 sees the maps of both columns, and so do the fully connected layers.
//
// The arithmetic is that of variant 2012 on one device, and so are the initial weights. Names: column1.conv1 ...
// column1.fc7, column2.conv1 ... column2.fc7, each with half of the filters or units, and fc8 on the first device.
#pragma once

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "topfive/models/alexnet.h"
#include "topfive/models/fast_linear.h"

namespace topfive::models {

struct AlexNetColumnLayers;

class AlexNetTwoColumns : public ImageClassifier {
 public:
  // Both columns on the CPU at first. The config must be resolved.
  explicit AlexNetTwoColumns(const AlexNetConfig& config);

  // Moves each column to its device; they may be the same.
  void place(const torch::Device& first, const torch::Device& second);
  const std::array<torch::Device, 2>& devices() const { return devices_; }

  // images: on any device. The logits come on the first.
  Prediction forward(const torch::Tensor& images) override;

  // Copies the weights from and to the one-device form, by its names: conv1.weight ... fc8.bias.
  void load_grouped(const torch::nn::Module& grouped);
  std::vector<std::pair<std::string, torch::Tensor>> grouped_tensors() const;

 private:
  using Halves = std::array<torch::Tensor, 2>;
  // The output of one column's layer for what that column sees.
  torch::Tensor rectified_conv(std::size_t column, std::size_t layer, const torch::Tensor& maps);
  Halves convolve(const torch::Tensor& images);
  Halves connect(const Halves& features, std::size_t layer);
  // Both halves side by side on the device of a column: the traffic between the devices.
  torch::Tensor joined_on(std::size_t column, const Halves& halves) const;

  AlexNetConfig config_;
  std::array<torch::Device, 2> devices_{torch::kCPU, torch::kCPU};
  std::array<std::shared_ptr<AlexNetColumnLayers>, 2> columns_;
  FastLinear fc8_{nullptr};
};

}  // namespace topfive::models
