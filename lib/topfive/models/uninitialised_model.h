// A network without initial weights, for those who fill every parameter from a file or only look at its shapes.
//
// LibTorch's layers draw initial weights in their constructors, and there is no way to ask them not to. For ViT-B that
// takes several times as long as reading its weights from a file. Here the draws are skipped, so the memory of large
// parameters is not even touched.
#pragma once

#include <memory>

#include "topfive/models/registry.h"

namespace topfive::models {

// As build_model(), but what would be drawn at random has no defined value, and LibTorch's generator stays as it was.
// Buffers, and parameters that start at a constant, are right. Any thread.
std::shared_ptr<ImageClassifier> build_uninitialised_model(const ModelConfig& config);

}  // namespace topfive::models
