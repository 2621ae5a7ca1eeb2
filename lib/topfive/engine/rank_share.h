// Which part of a run's data a process works on.
#pragma once

namespace topfive::engine {

struct RankShare {
  int rank = 0;
  int size = 1;
  int processes_on_host = 1;  // which share its cores
};

}  // namespace topfive::engine
