#!/usr/bin/env bash
# Configures and builds one preset of CMakePresets.json: release (default), dev, asan or tsan.
#
#   scripts/build.sh [preset [target...]]
#
# Uses the LibTorch that scripts/setup.sh chose. TOPFIVE_JOBS sets the number of parallel jobs.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

main() {
  local preset="${1:-release}" jobs libtorch definitions=() targets=()
  shift || true
  [[ $# -eq 0 ]] || targets=(--target "$@")
  { command -v cmake && command -v ninja; } >/dev/null ||
    fail 69 "CMake or Ninja is missing" "run scripts/setup.sh first"
  jobs="$(job_count)"
  libtorch="$(recorded_libtorch)"
  [[ -z "$libtorch" ]] || definitions+=("-DTOPFIVE_LIBTORCH=$libtorch")

  cd "$ROOT"
  step "configuring build/$preset"
  cmake --preset "$preset" "${definitions[@]}"
  step "building build/$preset with $jobs jobs"
  cmake --build --preset "$preset" --parallel "$jobs" "${targets[@]}"
}

main "$@"
