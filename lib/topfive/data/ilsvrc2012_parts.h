// Internal to the ILSVRC-2012 source: the names of its files, and the labels of the validation pictures.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "topfive/data/imagenet_classes.h"

namespace topfive::data {

inline constexpr const char* kIlsvrcTrain = "ILSVRC2012_img_train.tar";
inline constexpr const char* kIlsvrcVal = "ILSVRC2012_img_val.tar";
inline constexpr const char* kIlsvrcTruth = "ILSVRC2012_validation_ground_truth.txt";
inline constexpr const char* kIlsvrcDevkit = "ILSVRC2012_devkit_t12.tar.gz";

// From the name of a validation picture to its label. A picture that is missing, surplus or there twice would shift
// labels silently elsewhere; here it is an error.
class ValidationLabels {
 public:
  // The ground truth as read_ground_truth() gives it; the classes that there are.
  ValidationLabels(const std::vector<int>& ground_truth, const std::vector<std::string>& class_names);

  // The name must be ILSVRC2012_val_<number>.<extension>, its number within the ground truth. UserError(kBadData).
  std::size_t label_of(const std::string& file_name);
  // UserError(kBadData) unless each line of the ground truth had its picture.
  void expect_all(const std::string& where) const;

 private:
  std::vector<int> labels_;  // for each number minus 1; -1 where the class is not among those there are
  std::vector<bool> seen_;
};

}  // namespace topfive::data
