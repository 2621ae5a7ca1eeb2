#include "topfive/optim/layer_order.h"

#include "support/catch.h"

namespace topfive::optim {
namespace {

using Layers = std::vector<std::size_t>;

// Biases, and names that begin with a star, have one dimension.
LayerOrder order_of(const std::vector<std::string>& names) {
  std::vector<NamedShape> parameters;
  for (const std::string& name : names) {
    const bool starred = name.starts_with("*");
    parameters.push_back({starred ? name.substr(1) : name, starred || name.ends_with("bias") ? 1U : 2U});
  }
  return layer_order(parameters);
}

}  // namespace

// timm's groups for its vision transformers: what stands before the blocks, the blocks with the last norm, the head.
TEST_CASE("the layers of a vision transformer are those of timm and BEiT") {
  const auto order = order_of(
      {"class_token", "conv_proj.weight", "conv_proj.bias", "encoder.pos_embedding",
       "*encoder.layers.encoder_layer_0.ln_1.weight", "encoder.layers.encoder_layer_0.self_attention.in_proj_weight",
       "encoder.layers.encoder_layer_1.mlp.0.weight", "encoder.layers.encoder_layer_10.mlp.0.weight",
       "*encoder.ln.weight", "encoder.ln.bias", "heads.head.weight", "heads.head.bias"});
  CHECK(order.num_layers == 5);
  CHECK(order.layers == Layers{0, 0, 0, 0, 1, 1, 2, 3, 3, 3, 4, 4});
}

// timm's groups for its residual networks: the stem, the blocks, the classifier.
TEST_CASE("the layers of a residual network are its stem, its blocks and its classifier") {
  const auto order = order_of({"conv1.weight", "*bn1.weight", "layer1.0.conv1.weight", "*layer1.0.bn1.weight",
                               "layer1.0.downsample.0.weight", "layer1.1.conv1.weight", "layer2.0.conv1.weight",
                               "fc.weight", "fc.bias"});
  CHECK(order.num_layers == 5);
  CHECK(order.layers == Layers{0, 0, 1, 1, 1, 2, 3, 4, 4});
}

TEST_CASE("in a plain chain each weight is a layer, with the norm that follows it") {
  const auto vgg = order_of({"features.0.weight", "features.0.bias", "*features.1.weight", "features.3.weight",
                             "classifier.0.weight", "classifier.3.weight", "classifier.3.bias"});
  CHECK(vgg.layers == Layers{0, 0, 0, 1, 2, 3, 3});
  const auto alexnet = order_of({"conv1.weight", "conv1.bias", "conv2.weight", "fc6.weight", "fc8.weight"});
  CHECK(alexnet.layers == Layers{0, 0, 1, 2, 3});
}

TEST_CASE("auxiliary heads are layers of the classifier, and two columns share theirs") {
  const auto googlenet = order_of({"conv1.conv.weight", "inception3a.branch1.conv.weight", "aux1.fc1.weight",
                                   "aux1.fc2.weight", "inception3b.branch1.conv.weight", "fc.weight"});
  CHECK(googlenet.num_layers == 4);
  CHECK(googlenet.layers == Layers{0, 1, 3, 3, 2, 3});
  const auto columns = order_of(
      {"column1.conv1.weight", "column1.fc7.weight", "column2.conv1.weight", "column2.fc7.weight", "fc8.weight"});
  CHECK(columns.layers == Layers{0, 1, 0, 1, 2});
}

TEST_CASE("a network of one layer, or of nothing but norms, has one layer") {
  CHECK(order_of({"weight", "bias"}).num_layers == 1);
  CHECK(order_of({"*bn1.weight", "bn1.bias"}).num_layers == 1);
  CHECK(order_of({}).num_layers == 1);
}

}  // namespace topfive::optim
