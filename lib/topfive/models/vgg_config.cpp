#include <string>

#include "topfive/models/vgg.h"

namespace topfive::models {
namespace {

std::string vgg_problem_in(const VggConfig& config) {
  if (config.batch_norm && config.configuration == VggConfiguration::kALrn) {
    return "configuration A-LRN has response normalisation in the place of batch normalisation: batch_norm must be "
           "false";
  }
  return "";
}

void add_vgg_shape_fields(base::Fields<VggConfig>& fields) {
  fields
      .choice("configuration", &VggConfig::configuration,
              {{"A", VggConfiguration::kA},
               {"A-LRN", VggConfiguration::kALrn},
               {"B", VggConfiguration::kB},
               {"C", VggConfiguration::kC},
               {"D", VggConfiguration::kD},
               {"E", VggConfiguration::kE},
               {"shallow_B", VggConfiguration::kShallowB}},
              {.help = "Column of table 1; shallow_B has one 5x5 for each pair of 3x3",
               .paper = "D and E are the submitted ones (table 1)"})
      .boolean("batch_norm", &VggConfig::batch_norm,
               {.help = "Batch normalisation after every convolution", .paper = "false"})
      .number("num_classes", &VggConfig::num_classes,
              {.help = "Classes to tell apart", .min = 2, .max = 1'000'000, .paper = "1000"})
      .number("input_channels", &VggConfig::input_channels,
              {.help = "1 for grey pictures, 3 for colour", .min = 1, .max = 4, .paper = "3"})
      .number("image_size", &VggConfig::image_size,
              {.help = "Side that inspect computes with; the network takes any from 32 on",
               .min = 32,
               .max = 4096,
               .paper = "224 (section 2.1)"});
}

void add_vgg_method_fields(base::Fields<VggConfig>& fields) {
  fields
      .number("dropout", &VggConfig::dropout,
              {.help = "Probability of dropping a unit of the two hidden fully connected layers",
               .min = 0,
               .max = 0.99,
               .paper = "0.5 (section 3.1)"})
      .choice("activation", &VggConfig::activation, activation_names(),
              {.help = "Non-linearity after every layer with weights but the last", .paper = "relu (section 2.1)"})
      .choice("init", &VggConfig::init,
              {{"torchvision", VggInit::kTorchvision},
               {"paper", VggInit::kPaper},
               {"glorot", VggInit::kGlorot},
               {"torch_default", VggInit::kTorchDefault}},
              {.help = "Initial weights",
               .paper = "N(0, variance 0.01) for A; the deeper ones start from A (section 3.1)"});
}

}  // namespace

const base::Fields<VggConfig>& VggConfig::fields() {
  static const auto kFields = [] {
    base::Fields<VggConfig> fields("VGG (Simonyan, Zisserman 2014): 3x3 convolutions, 11 to 19 layers with weights.");
    add_vgg_shape_fields(fields);
    add_vgg_method_fields(fields);
    fields.check(vgg_problem_in);
    return fields;
  }();
  return kFields;
}

}  // namespace topfive::models
