// The two parts of a data set.
#pragma once

namespace topfive::data {

enum class Split { kTrain, kEval };

}  // namespace topfive::data
