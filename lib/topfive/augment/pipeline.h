// The list of transforms of one split, built from its configuration.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "topfive/augment/transform.h"
#include "topfive/augment/transform_config.h"

namespace topfive::augment {

// Immutable and thread-safe after construction.
class Pipeline {
 public:
  // `split` names the list in messages ("augment.train"). `input` is the size of every picture
  // where the data set has a fixed one (MNIST, CIFAR), else nullopt. UserError(kConfig) if the
  // output has no fixed size, or if a step cannot work on pictures with this number of channels.
  Pipeline(const std::vector<TransformConfig>& steps, const std::string& split, int channels,
           std::optional<cv::Size> input);

  // The picture afterwards has output_size(); the pixels that came in are not written to. Throws image::DecodeError for
  // a picture that no step can use (one too thin to be scaled), and where a step needs pixels that cannot be decoded.
  void apply(Sample& sample, base::RandomStream& random) const;
  cv::Size output_size() const { return output_size_; }

 private:
  std::vector<std::unique_ptr<const Transform>> steps_;
  cv::Size output_size_;
};

}  // namespace topfive::augment
