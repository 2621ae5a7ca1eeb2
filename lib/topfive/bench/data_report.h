// The figures of `bench data` for people and for programs.
#pragma once

#include <string>

#include "topfive/bench/loader_run.h"
#include "topfive/bench/stage_costs.h"

namespace topfive::bench {

struct DataFigures {
  std::string input;  // "500 pictures, 500 classes, 224x224"
  int batch_size = 0;
  int compute_threads = 0;  // that normalise; 0: one a core
  LoaderRun run;
  StageCosts stages;
};

std::string data_text(const DataFigures& figures);
std::string data_json(const DataFigures& figures);

}  // namespace topfive::bench
