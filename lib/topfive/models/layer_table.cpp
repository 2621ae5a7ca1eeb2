#include "topfive/models/layer_table.h"

#include <map>
#include <numeric>

#include <ATen/record_function.h>
#include <torch/torch.h>

#include "topfive/base/error.h"
#include "topfive/models/dispatch_mode.h"
#include "topfive/models/parameter_count.h"
#include "topfive/models/uninitialised_model.h"

namespace topfive::models {
namespace {

using torch::Tensor;

// Collects a row for each operation that LibTorch runs. Operations call others; only the outermost count.
class Recorder {
 public:
  explicit Recorder(const torch::nn::Module& module) {
    for (const auto& item : module.named_parameters()) names_[item.value().unsafeGetTensorImpl()] = item.key();
  }

  // One operation of interest, as LibTorch names it without "aten::", or topfive without "topfive::", and what it calls
  // its kind.
  static std::string kind_of(const std::string& operation) {
    static const std::map<std::string, std::string> kKinds = {{"conv2d", "Conv2d"},
                                                              {"linear", "Linear"},
                                                              {"addmm", "Linear"},
                                                              {"matmul", "Linear"},
                                                              {"t", "view"},
                                                              {"expand", "view"},
                                                              {"batch_norm", "BatchNorm2d"},
                                                              {"layer_norm", "LayerNorm"},
                                                              {"scaled_dot_product_attention", "Attention"},
                                                              {"max_pool2d", "MaxPool2d"},
                                                              {"avg_pool2d", "AvgPool2d"},
                                                              {"adaptive_avg_pool2d", "AdaptiveAvgPool2d"},
                                                              {"local_response_norm", "LocalResponseNorm"},
                                                              {"relu", "ReLU"},
                                                              {"relu_", "ReLU"},
                                                              {"leaky_relu", "LeakyReLU"},
                                                              {"prelu", "PReLU"},
                                                              {"elu", "ELU"},
                                                              {"gelu", "GELU"},
                                                              {"silu", "SiLU"},
                                                              {"sigmoid", "Sigmoid"},
                                                              {"tanh", "Tanh"},
                                                              {"cat", "Concat"},
                                                              {"add", "Add"},
                                                              {"add_", "Add"}};
    const auto found = kKinds.find(operation);
    return found == kKinds.end() ? "" : found->second;
  }

  void record(const std::string& operation, const std::vector<c10::IValue>& inputs,
              const std::vector<c10::IValue>& outputs) {
    const std::string kind = kind_of(operation);
    if (kind.empty() || outputs.empty() || !outputs[0].isTensor()) return;
    const Tensor output = outputs[0].toTensor();
    if (kind == "view") {
      follow_view(inputs[0].toTensor(), output);
      return;
    }
    if (output.dim() < 2) return;
    LayerRow row;
    row.type = kind;
    row.output_shape = std::vector<std::int64_t>(output.sizes().begin() + 1, output.sizes().end());
    row.activation_bytes = output.numel() * static_cast<std::int64_t>(sizeof(float));
    std::string weight_name;
    for (const c10::IValue& input : inputs) {
      if (input.isTensor() && input.toTensor().defined()) add_parameter(input.toTensor(), row, weight_name);
    }
    describe(operation, inputs, output, row);
    if (kind == "Add" && !rows_.empty() && rows_.back().name == weight_name) {
      rows_.back().parameters += row.parameters;  // the bias of the linear layer before
      return;
    }
    if (weight_name.empty()) {
      row.name = last_prefix_.empty() ? operation : last_prefix_ + operation;
      if (row.name.back() == '_') row.name.pop_back();
    } else {
      row.name = weight_name;
      last_prefix_ =
          weight_name.find('.') == std::string::npos ? "" : weight_name.substr(0, weight_name.rfind('.') + 1);
    }
    rows_.push_back(std::move(row));
  }

  std::vector<LayerRow>& rows() { return rows_; }

 private:
  // A transposed weight is still that weight. The view is held, so that its address stays its own.
  void follow_view(const Tensor& original, const Tensor& view) {
    const auto found = names_.find(original.unsafeGetTensorImpl());
    if (found == names_.end()) return;
    views_.push_back(view);
    names_[view.unsafeGetTensorImpl()] = found->second;
  }

  void add_parameter(const Tensor& tensor, LayerRow& row, std::string& layer) {
    const auto found = names_.find(tensor.unsafeGetTensorImpl());
    if (found == names_.end()) return;
    row.parameters += tensor.numel();
    if (layer.empty()) layer = layer_of(found->second);
  }

  // "layer1.0.conv1.weight" -> "layer1.0.conv1"; "…self_attention.in_proj_weight" -> "…self_attention.in_proj".
  static std::string layer_of(const std::string& parameter) {
    for (const std::string ending : {".weight", ".bias", "_weight", "_bias"}) {
      if (parameter.ends_with(ending)) return parameter.substr(0, parameter.size() - ending.size());
    }
    return parameter;
  }

  static std::string stride_text(const c10::IValue& stride) {
    const auto steps = stride.toIntVector();
    return steps.empty() || steps[0] == 1 ? "" : "/" + std::to_string(steps[0]);
  }

  static std::string size_text(std::int64_t height, std::int64_t width) {
    return std::to_string(height) + "x" + std::to_string(width);
  }

  // Adds to the type what tells layers of a kind apart, and counts the multiply-adds.
  static void describe(const std::string& operation, const std::vector<c10::IValue>& inputs, const Tensor& output,
                       LayerRow& row) {
    if (operation == "conv2d") {
      const Tensor weight = inputs[1].toTensor();  // [out, in / groups, height, width]
      const std::int64_t groups = inputs[6].toInt();
      row.type += " " + size_text(weight.size(2), weight.size(3)) + stride_text(inputs[3]);
      if (groups > 1) row.type += ", " + std::to_string(groups) + " groups";
      row.macs = output.numel() * weight[0].numel();
    } else if (row.type == "Linear") {
      const std::size_t data = operation == "addmm" ? 1 : 0;  // bias first there
      row.macs = output.numel() * inputs[data].toTensor().size(-1);
    } else if (operation == "scaled_dot_product_attention") {
      const Tensor query = inputs[0].toTensor();  // [1, heads, tokens, width]
      row.macs = 2 * query.numel() * inputs[1].toTensor().size(2);
      row.type += ", " + std::to_string(query.size(1)) + " heads";
    } else if (operation == "max_pool2d" || operation == "avg_pool2d") {
      const auto window = inputs[1].toIntVector();
      row.type += " " + size_text(window[0], window.back()) + stride_text(inputs[2]);
    }
  }

  std::map<const c10::TensorImpl*, std::string> names_;
  std::vector<Tensor> views_;
  std::vector<LayerRow> rows_;
  std::string last_prefix_;
};

// The recorder of this thread while it records, and how deep the operations are nested.
thread_local Recorder* active_recorder = nullptr;
thread_local int nesting = 0;

struct Observed : at::ObserverContext {
  bool outermost = false;
  std::vector<c10::IValue> inputs;  // LibTorch has dropped its own by the end
};

std::string operation_name(const at::RecordFunction& function) {
  const std::string name = function.name();
  const auto space = name.find("::");
  return space == std::string::npos ? "" : name.substr(space + 2);
}

std::unique_ptr<at::ObserverContext> begin_operation(const at::RecordFunction& function) {
  auto context = std::make_unique<Observed>();
  if (Recorder::kind_of(operation_name(function)).empty()) return context;
  context->outermost = nesting++ == 0;
  if (context->outermost) context->inputs.assign(function.inputs().begin(), function.inputs().end());
  return context;
}

void end_operation(const at::RecordFunction& function, at::ObserverContext* context) {
  if (Recorder::kind_of(operation_name(function)).empty()) return;
  --nesting;
  const auto& observed = static_cast<const Observed&>(*context);
  if (observed.outermost) active_recorder->record(operation_name(function), observed.inputs, function.outputs());
}

// Records what this thread runs, for as long as it lives.
class Recording {
 public:
  explicit Recording(Recorder& recorder) {
    active_recorder = &recorder;
    nesting = 0;
    handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(begin_operation, end_operation)
                                             .needsInputs(true)
                                             .needsOutputs(true)
                                             .scopes({at::RecordScope::FUNCTION}));
  }
  ~Recording() {
    at::removeCallback(handle_);
    active_recorder = nullptr;
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

 private:
  at::CallbackHandle handle_ = 0;
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

void run_once(ImageClassifier& model, const std::vector<std::int64_t>& input_shape) {
  const torch::NoGradGuard no_grad;
  const DispatchModeGuard shapes_only(DispatchMode::kShapesOnly);
  model.eval();
  std::vector<std::int64_t> shape = {1};
  shape.insert(shape.end(), input_shape.begin(), input_shape.end());
  try {
    model.forward(torch::empty(shape, torch::kMeta));
  } catch (const c10::Error& error) {
    throw base::UserError(base::ExitCode::kConfig,
                          "the network does not take pictures of " + std::to_string(input_shape[1]) + "x" +
                              std::to_string(input_shape[2]) + "; choose another image size (" +
                              first_line(error.what_without_backtrace()) + ")");
  }
}

}  // namespace

LayerTable layer_table(const ModelConfig& config, int image_size) {
  const std::int64_t side = image_size > 0 ? image_size : nominal_image_size(config);
  LayerTable table;
  table.input_shape = {input_channels(config), side, side};
  const auto model = build_uninitialised_model(config);
  for (const auto& child : model->named_children()) {
    if (child.key().starts_with("aux")) table.auxiliary_parameters += parameter_count(*child.value());
  }
  table.parameters = parameter_count(*model) - table.auxiliary_parameters;
  Recorder recorder(*model);
  {
    const Recording recording(recorder);
    run_once(*model, table.input_shape);
  }
  table.layers = std::move(recorder.rows());
  for (const LayerRow& row : table.layers) {
    table.macs += row.macs;
    table.activation_bytes += row.activation_bytes;
    if (row.type.starts_with("Conv2d") || row.type.starts_with("Linear")) ++table.layers_with_weights;
  }
  return table;
}

}  // namespace topfive::models
