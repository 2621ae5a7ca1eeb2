// A look at gradients and weights, for the log and the health monitor.
#pragma once

#include <optional>
#include <string>

#include <torch/nn/module.h>

namespace topfive::engine {

struct GradientFigures {
  std::optional<double> gradient_norm;   // of all parameters together; none where there is no gradient
  std::optional<double> parameter_norm;  // of those that are trained
  // Share of the units of a layer that get no gradient at all, neither filter nor row: nothing that the batch holds
  // makes them active, as with a ReLU whose input is negative everywhere. Of the layer that has the largest share.
  std::optional<double> dead_units;
  std::string dead_layer;  // its name; empty where every unit of every layer has a gradient
};

// Of the gradients as they are when it is called; layers of fewer than eight units are too small for a share. Reads
// each gradient twice and each parameter once, and waits for the device once: for now and then, not for every step.
GradientFigures probe_gradients(const torch::nn::Module& module);

}  // namespace topfive::engine
