// Traps in the names of class folders.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "topfive/dataset/finding.h"

namespace topfive::dataset {

// Names that are numbers, or one prefix and numbers, whose byte order is not that of the numbers: "10 comes before 2".
// Nothing for any other names. The names are in byte order.
std::optional<std::string> numeric_order_problem(const std::vector<std::string>& class_names);

// The names with their numbers padded to one width, or the names as they are where that helps nothing: no problem with
// the order, or two names that would become one.
std::vector<std::string> padded_names(const std::vector<std::string>& class_names);

// The numbers 1 to 1000, however padded.
bool looks_like_devkit_ids(const std::vector<std::string>& class_names);

// Adds what the names of one split show.
void check_class_names(const std::string& split, const std::vector<std::string>& class_names, FindingLog& log);
// Adds the names that only one of the splits has.
void check_class_sets(const std::vector<std::string>& train, const std::vector<std::string>& val, FindingLog& log);

}  // namespace topfive::dataset
