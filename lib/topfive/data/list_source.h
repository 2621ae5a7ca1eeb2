// Pictures named by a list: DIR/train.txt and DIR/val.txt.
//
// A line is a path, relative to DIR unless it is absolute, then a tab or a blank, then the label: a number, or the name
// of a class. Paths with blanks need the tab. DIR/classes.txt names the classes in label order; without it, labels that
// are numbers in both lists stay numbers, and otherwise the classes are all names of both lists in byte order.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "topfive/data/indexed_source.h"

namespace topfive::data {

// The order is by label, then by path. The pictures themselves are not looked at. UserError: kInputMissing without the
// list, kBadData with file and line for a line that cannot be understood.
std::unique_ptr<IndexedSource> open_list(const std::filesystem::path& data_dir, const std::string& split);

}  // namespace topfive::data
