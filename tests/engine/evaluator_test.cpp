#include "topfive/engine/evaluator.h"

#include "small_run.h"
#include "support/catch.h"

using topfive::engine::format_error;
using topfive::tests::small_config;

namespace {

topfive::metrics::TopKCounts evaluate_with(int batch_size, topfive::models::ImageClassifier& model) {
  auto config = small_config();
  config.train.eval_batch_size = batch_size;
  const topfive::engine::SplitInput input(config, "", topfive::data::Split::kEval);
  const auto loader = make_loader(input, loader_options(config, input, topfive::data::Split::kEval), torch::kCPU);
  return *topfive::engine::evaluate(model, *loader, make_batch_maker(config, torch::kCPU));
}

}  // namespace

TEST_CASE("every picture is counted once, whatever the batch size", "[engine]") {
  torch::manual_seed(1);
  const auto model = topfive::engine::make_model(small_config(), torch::kCPU);
  const auto reference = evaluate_with(30, *model);
  CHECK(reference.total == 30);
  const int batch_size = GENERATE(1, 4, 7, 29, 64);
  const auto counts = evaluate_with(batch_size, *model);
  CHECK(counts.total == 30);
  CHECK(counts.top1_correct == reference.top1_correct);
  CHECK(counts.top5_correct == reference.top5_correct);
}

TEST_CASE("evaluation leaves the network in the mode it was in", "[engine]") {
  const auto model = topfive::engine::make_model(small_config(), torch::kCPU);
  const bool training = GENERATE(true, false);
  model->train(training);
  evaluate_with(8, *model);
  CHECK(model->is_training() == training);
}

TEST_CASE("a mirrored evaluation sees the mean of the logits of both views", "[engine]") {
  torch::manual_seed(1);
  auto config = small_config();
  config.train.eval_batch_size = 30;
  const auto model = topfive::engine::make_model(config, torch::kCPU);
  model->eval();
  const topfive::engine::SplitInput input(config, "", topfive::data::Split::kEval);
  const auto loader = make_loader(input, loader_options(config, input, topfive::data::Split::kEval), torch::kCPU);
  const auto batches = make_batch_maker(config, torch::kCPU);

  torch::Tensor seen;
  topfive::engine::EvalOptions options;
  options.protocol = topfive::engine::EvalProtocol::kMirrored;
  options.observer = [&](const topfive::data::Batch&, const torch::Tensor& logits) { seen = logits.clone(); };
  topfive::engine::evaluate(*model, *loader, batches, options);

  const torch::InferenceMode no_gradients;
  loader->start({});
  auto lease = loader->next();
  const auto images = batches.make(*lease).images;
  const auto plain = model->forward(images).logits;
  const auto mirrored = model->forward(images.flip({3})).logits;
  CHECK_FALSE(torch::allclose(plain, mirrored));
  CHECK(torch::allclose(seen, (plain + mirrored) / 2, 1e-5, 1e-6));
}

TEST_CASE("errors are shown as percent with their counts", "[engine]") {
  CHECK(format_error("top-1", 9'188, 10'000) == "top-1 error 8.12 % (812 of 10,000 wrong)");
  CHECK(format_error("top-5", 50'000, 50'000) == "top-5 error 0.00 % (0 of 50,000 wrong)");
}
