#include "topfive/engine/random_state.h"

#include <torch/types.h>

#include "topfive/base/error.h"

#include "support/catch.h"

TEST_CASE("the random state brings the same numbers again", "[engine]") {
  const auto state = topfive::engine::random_state(torch::kCPU);
  const auto first = torch::rand({5});
  topfive::engine::set_random_state(torch::kCPU, state);
  CHECK(torch::equal(torch::rand({5}), first));
  CHECK_THROWS_AS(topfive::engine::set_random_state(torch::kCPU, "00"), topfive::base::UserError);
  CHECK_THROWS_AS(topfive::engine::set_random_state(torch::kCPU, std::string(state.size(), 'x')),
                  topfive::base::UserError);
}
