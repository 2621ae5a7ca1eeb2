#include "topfive/engine/cuda_graph.h"

#include <utility>

#include <torch/torch.h>

#if defined(TOPFIVE_HAS_CUDA)
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#endif

namespace topfive::engine {

#if defined(TOPFIVE_HAS_CUDA)

namespace {

torch::Tensor fixed_copy(const torch::Tensor& tensor) { return tensor.defined() ? tensor.clone() : tensor; }

void refill(torch::Tensor& fixed, const torch::Tensor& value) {
  if (fixed.defined()) fixed.copy_(value, /*non_blocking=*/true);
}

}  // namespace

class GraphedPass::Recording {
 public:
  Recording(const Pass& pass, const PassInput& input, std::vector<torch::Tensor>& parameters)
      : input_{fixed_copy(input.images),
               {fixed_copy(input.targets.labels), fixed_copy(input.targets.partner_labels),
                fixed_copy(input.targets.own_share)}} {
    const auto device = input.images.device().index();
    const auto stream = c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device);
    torch::cuda::synchronize(device);
    {
      const c10::cuda::CUDAStreamGuard guard(stream);
      for (torch::Tensor& parameter : parameters) parameter.mutable_grad().reset();
      graph_.capture_begin();
      sums_ = pass(input_);
      graph_.capture_end();
    }
    for (const torch::Tensor& parameter : parameters) gradients_.push_back(parameter.grad());
    torch::cuda::synchronize(device);
  }

  PassSums replay(const PassInput& input, std::vector<torch::Tensor>& parameters) {
    refill(input_.images, input.images);
    refill(input_.targets.labels, input.targets.labels);
    refill(input_.targets.partner_labels, input.targets.partner_labels);
    refill(input_.targets.own_share, input.targets.own_share);
    for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i].mutable_grad() = gradients_[i];
    graph_.replay();
    // The next replay writes over the graph's own sums.
    return {sums_.loss.clone(), sums_.top1_correct.clone()};
  }

 private:
  PassInput input_;
  at::cuda::CUDAGraph graph_;
  PassSums sums_;
  std::vector<torch::Tensor> gradients_;
};

bool GraphedPass::available() { return true; }

#else

class GraphedPass::Recording {
 public:
  Recording(const Pass&, const PassInput&, std::vector<torch::Tensor>&) {}
  PassSums replay(const PassInput&, std::vector<torch::Tensor>&) { return {}; }
};

bool GraphedPass::available() { return false; }

#endif

// What has been run of one shape of input.
struct GraphedPass::Shape {
  std::vector<std::int64_t> sizes;
  bool mixed = false;
  int plain_passes = 0;
  std::unique_ptr<Recording> recording;

  bool fits(const PassInput& input) const {
    return input.images.sizes() == torch::IntArrayRef(sizes) && input.targets.mixed() == mixed;
  }
};

GraphedPass::GraphedPass(Pass pass, std::vector<torch::Tensor> parameters)
    : pass_(std::move(pass)), parameters_(std::move(parameters)) {
  TORCH_CHECK(available(), "this program was built without CUDA");
}

GraphedPass::~GraphedPass() = default;

PassSums GraphedPass::run(const PassInput& input) {
  constexpr int kPlainPasses = 3;
  Shape* shape = nullptr;
  for (const auto& known : shapes_) {
    if (known->fits(input)) shape = known.get();
  }
  if (shape == nullptr) {
    shapes_.push_back(std::make_unique<Shape>());
    shape = shapes_.back().get();
    shape->sizes = input.images.sizes().vec();
    shape->mixed = input.targets.mixed();
  }
  if (shape->plain_passes < kPlainPasses) {
    ++shape->plain_passes;
    for (torch::Tensor& parameter : parameters_) parameter.mutable_grad().reset();
    return pass_(input);
  }
  if (!shape->recording) shape->recording = std::make_unique<Recording>(pass_, input, parameters_);
  return shape->recording->replay(input, parameters_);
}

}  // namespace topfive::engine
