#include <string>

#include "topfive/models/googlenet.h"

namespace topfive::models {
namespace {

std::string googlenet_problem_in(const GoogLeNetConfig& config) {
  if (config.transform_input && config.input_channels != 3) {
    return "transform_input is for colour pictures: input_channels must be 3";
  }
  return "";
}

void add_googlenet_shape_fields(base::Fields<GoogLeNetConfig>& fields) {
  fields
      .choice("variant", &GoogLeNetConfig::variant,
              {{"paper", GoogLeNetVariant::kPaper},
               {"torchvision", GoogLeNetVariant::kTorchvision},
               {"bn", GoogLeNetVariant::kBn}},
              {.help = "Table 1 as printed; torchvision's; or the paper's filters with batch normalisation",
               .paper = "paper (table 1)"})
      .number("num_classes", &GoogLeNetConfig::num_classes,
              {.help = "Classes to tell apart", .min = 2, .max = 1'000'000, .paper = "1000"})
      .number("input_channels", &GoogLeNetConfig::input_channels,
              {.help = "1 for grey pictures, 3 for colour", .min = 1, .max = 4, .paper = "3"})
      .number("image_size", &GoogLeNetConfig::image_size,
              {.help = "Side that inspect computes with; the network takes any from 32 on",
               .min = 32,
               .max = 4096,
               .paper = "224 (section 5)"})
      .boolean("auxiliary_heads", &GoogLeNetConfig::auxiliary_heads,
               {.help = "Two more classifiers, after 4a and 4d, while training", .paper = "true (section 5)"})
      .boolean("transform_input", &GoogLeNetConfig::transform_input,
               {.help = "Turn ImageNet's normalisation into [-1, 1] inside the network, as torchvision's weights want",
                .paper = "false"});
}

void add_googlenet_method_fields(base::Fields<GoogLeNetConfig>& fields) {
  fields
      .number("dropout", &GoogLeNetConfig::dropout,
              {.help = "Probability of dropping a unit before the classifier (torchvision: 0.2)",
               .min = 0,
               .max = 0.99,
               .paper = "0.4 (table 1)"})
      .number("auxiliary_dropout", &GoogLeNetConfig::auxiliary_dropout,
              {.help = "The same in the auxiliary heads", .min = 0, .max = 0.99, .paper = "0.7 (section 5)"})
      .choice("activation", &GoogLeNetConfig::activation, activation_names(),
              {.help = "Non-linearity after every convolution", .paper = "relu (section 5)"})
      .choice("init", &GoogLeNetConfig::init,
              {{"auto", GoogLeNetInit::kAuto},
               {"bvlc", GoogLeNetInit::kBvlc},
               {"torchvision", GoogLeNetInit::kTorchvision},
               {"torch_default", GoogLeNetInit::kTorchDefault}},
              {.help = "Initial weights; auto is bvlc in variant paper, else torchvision", .paper = "not given"});
}

}  // namespace

const base::Fields<GoogLeNetConfig>& GoogLeNetConfig::fields() {
  static const auto kFields = [] {
    base::Fields<GoogLeNetConfig> fields("GoogLeNet (Szegedy et al. 2014): nine inception modules.");
    add_googlenet_shape_fields(fields);
    add_googlenet_method_fields(fields);
    fields.check(googlenet_problem_in);
    return fields;
  }();
  return kFields;
}

}  // namespace topfive::models
