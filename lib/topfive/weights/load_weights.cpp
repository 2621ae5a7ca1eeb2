#include "topfive/weights/load_weights.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>
#include <utility>

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include "topfive/base/error.h"
#include "topfive/models/vit_positions.h"
#include "topfive/weights/module_tensors.h"
#include "topfive/weights/scalar_types.h"
#include "topfive/weights/vit_names.h"

namespace topfive::weights {
namespace {

constexpr const char* kPositions = "encoder.pos_embedding";

// One tensor of the module and what fills it.
struct Assignment {
  std::string name;
  torch::Tensor target;
  std::size_t source = 0;
  bool resampled = false;  // a position embedding for another picture size
};

struct LoadPlan {
  std::vector<Assignment> assignments;
  LoadReport report;
};

// The file's names as the module spells them.
std::unordered_map<std::string, std::size_t> names_in(const WeightSource& source, const torch::nn::Module& module) {
  const bool is_vit = module.named_parameters().contains("conv_proj.weight");
  std::unordered_map<std::string, std::size_t> names;
  for (std::size_t i = 0; i < source.outlines().size(); ++i) {
    const std::string& name = source.outlines()[i].name;
    names.emplace(is_vit ? torchvision_vit_name(name) : name, i);
  }
  return names;
}

bool is_square(std::int64_t count) {
  const auto side = std::llround(std::sqrt(static_cast<double>(count)));
  return count > 0 && side * side == count;
}

bool can_resample(const std::string& name, const torch::Tensor& target, const std::vector<std::int64_t>& shape,
                  bool has_class_token) {
  if (name != kPositions || !target.requires_grad() || shape.size() != 3) return false;
  const std::int64_t extra = has_class_token ? 1 : 0;
  return shape[0] == 1 && shape[2] == target.size(2) && is_square(shape[1] - extra) &&
         is_square(target.size(1) - extra);
}

bool same_kind(torch::ScalarType a, torch::ScalarType b) {
  return torch::isFloatingType(a) == torch::isFloatingType(b);
}

// Compares one tensor of the module with the file.
void plan_tensor(const std::string& name, const torch::Tensor& target, std::size_t index, const TensorOutline& outline,
                 bool may_resample, LoadPlan& plan) {
  if (target.sizes() == torch::IntArrayRef(outline.shape) &&
      same_kind(target.scalar_type(), scalar_type(outline.dtype))) {
    plan.assignments.push_back({name, target, index});
  } else if (may_resample) {
    plan.assignments.push_back({name, target, index, true});
    plan.report.remarks.push_back("position embedding resampled from " + std::to_string(outline.shape[1]) + " to " +
                                  std::to_string(target.size(1)) + " tokens");
  } else {
    plan.report.shapes.push_back({name, outline.shape, target.sizes().vec()});
  }
}

LoadPlan make_plan(torch::nn::Module& module, const WeightSource& source, LoadPolicy policy) {
  LoadPlan plan;
  auto names = names_in(source, module);
  const bool has_class_token = module.named_parameters().contains("class_token");
  for (const auto& [name, target] : module_tensors(module)) {
    const auto found = names.find(name);
    if (found == names.end()) {
      if (!name.ends_with(".num_batches_tracked")) plan.report.missing.push_back(name);
      continue;
    }
    const TensorOutline& outline = source.outlines()[found->second];
    const bool may_resample =
        policy != LoadPolicy::kStrict && can_resample(name, target, outline.shape, has_class_token);
    plan_tensor(name, target, found->second, outline, may_resample, plan);
    names.erase(found);
  }
  for (const auto& [name, index] : names) plan.report.unexpected.push_back(source.outlines()[index].name);
  std::sort(plan.report.unexpected.begin(), plan.report.unexpected.end());
  plan.report.loaded = plan.assignments.size();
  return plan;
}

bool belongs_to(const std::string& name, const std::string& layer) { return name.starts_with(layer + "."); }

// The scores' layer, and the last layers of auxiliary heads, which have as many outputs.
bool is_head(const std::string& name, const std::string& head) {
  return belongs_to(name, head) || belongs_to(name, "aux1.fc2") || belongs_to(name, "aux2.fc2");
}

// Head-only: differences of shape in the head are no differences, but a remark.
void excuse_head(LoadReport& report, const std::string& head) {
  std::vector<ShapeDifference> others;
  for (const ShapeDifference& difference : report.shapes) {
    if (!is_head(difference.name, head)) {
      others.push_back(difference);
    } else if (difference.name == head + ".weight") {
      report.remarks.push_back("head " + head + " replaced: " + std::to_string(difference.in_file[0]) +
                               " classes in the file, " + std::to_string(difference.in_model[0]) + " here");
    }
  }
  report.shapes = std::move(others);
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

// For one line of a message: how many, and the first three.
std::string summary(const std::string& title, const std::vector<std::string>& names) {
  if (names.empty()) return "";
  std::string text = "; " + title + ": ";
  for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 3); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return names.size() > 3 ? text + " and " + std::to_string(names.size() - 3) + " more" : text;
}

[[noreturn]] void refuse(const LoadReport& report, LoadPolicy policy, const std::string& what) {
  std::vector<std::string> missing;
  std::vector<std::string> unexpected;
  std::vector<std::string> shapes;
  for (const auto& name : report.missing) missing.push_back(shown_name(name));
  for (const auto& name : report.unexpected) unexpected.push_back(shown_name(name));
  for (const auto& item : report.shapes) {
    shapes.push_back(shown_name(item.name) + " is " + shape_text(item.in_file) + ", must be " +
                     shape_text(item.in_model));
  }
  const std::string hint = policy == LoadPolicy::kStrict ? "--head-only or --partial" : "--partial";
  throw base::UserError(base::ExitCode::kBadData,
                        what + ": weights of another model" + summary("missing", missing) +
                            summary("unexpected", unexpected) + summary("other shape or type", shapes) +
                            "; choose the model that the weights were made for, or load what fits with " + hint);
}

std::span<std::byte> bytes_of(torch::Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.mutable_data_ptr()), tensor.nbytes()};
}

void fill(const Assignment& assignment, const WeightSource& source, bool has_class_token) {
  const TensorOutline& outline = source.outlines()[assignment.source];
  torch::Tensor target = assignment.target;
  const torch::ScalarType type = scalar_type(outline.dtype);
  if (!assignment.resampled && target.is_contiguous() && target.scalar_type() == type) {
    source.read(assignment.source, bytes_of(target));
    return;
  }
  torch::Tensor values = torch::empty(outline.shape, type);
  source.read(assignment.source, bytes_of(values));
  if (assignment.resampled) {
    const std::int64_t patches = target.size(1) - (has_class_token ? 1 : 0);
    const auto side = std::llround(std::sqrt(static_cast<double>(patches)));
    values = models::resample_positions(values.to(torch::kFloat32), side, has_class_token);
  }
  target.copy_(values);
}

}  // namespace

std::string head_name(const torch::nn::Module& module) {
  const auto names = module.named_parameters().keys();
  const std::string& last = names.back();
  return last.substr(0, last.rfind('.'));
}

std::int64_t classes_in(const WeightSource& source, const torch::nn::Module& module) {
  const auto names = names_in(source, module);
  const auto found = names.find(head_name(module) + ".weight");
  if (found == names.end() || source.outlines()[found->second].shape.empty()) return 0;
  return source.outlines()[found->second].shape[0];
}

LoadReport load_weights(torch::nn::Module& module, const WeightSource& source, LoadPolicy policy,
                        const std::string& what, LoadReport* report) {
  const torch::NoGradGuard no_grad;
  LoadPlan plan = make_plan(module, source, policy);
  if (policy == LoadPolicy::kHeadOnly) excuse_head(plan.report, head_name(module));
  if (report != nullptr) *report = plan.report;
  if (policy != LoadPolicy::kPartial && !plan.report.complete()) refuse(plan.report, policy, what);
  if (plan.assignments.empty()) refuse(plan.report, policy, what);
  const bool has_class_token = module.named_parameters().contains("class_token");
  // Several threads: most of the time goes into copying from the page cache.
  at::parallel_for(0, static_cast<std::int64_t>(plan.assignments.size()), 1, [&](std::int64_t begin, std::int64_t end) {
    const torch::NoGradGuard no_grad_in_thread;
    for (std::int64_t i = begin; i < end; ++i) {
      fill(plan.assignments[static_cast<std::size_t>(i)], source, has_class_token);
    }
  });
  return plan.report;
}

std::string LoadReport::table() const {
  constexpr std::size_t kMostLines = 30;
  std::vector<std::array<std::string, 3>> rows;
  for (const auto& name : missing) rows.push_back({"missing", shown_name(name), "keeps its initial values"});
  for (const auto& name : unexpected) rows.push_back({"unexpected", shown_name(name), "not used"});
  for (const auto& item : shapes) {
    rows.push_back({"shape", shown_name(item.name),
                    shape_text(item.in_file) + " in the file, " + shape_text(item.in_model) + " here"});
  }
  std::size_t width = 0;
  for (const auto& row : rows) width = std::max(width, row[1].size());
  std::string text;
  for (std::size_t i = 0; i < std::min(rows.size(), kMostLines); ++i) {
    const auto& [kind, name, remark] = rows[i];
    text += "  " + kind + std::string(12 - kind.size(), ' ') + name + std::string(width + 2 - name.size(), ' ') +
            remark + "\n";
  }
  if (rows.size() > kMostLines) text += "  and " + std::to_string(rows.size() - kMostLines) + " more\n";
  return text;
}

}  // namespace topfive::weights
