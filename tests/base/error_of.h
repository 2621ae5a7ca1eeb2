// The UserError that a call throws, as text and exit code.
#pragma once

#include <optional>
#include <string>

#include "topfive/base/error.h"

namespace topfive::tests {

struct CaughtError {
  base::ExitCode code = base::ExitCode::kOk;
  std::string text = "no error";
};

// Other exceptions pass through and fail the test.
template <class Call>
CaughtError error_of(Call&& call) {
  try {
    call();
    return {};
  } catch (const base::UserError& error) {
    return {error.code(), error.what()};
  }
}

}  // namespace topfive::tests
