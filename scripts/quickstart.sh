#!/usr/bin/env bash
# From a fresh clone to a trained network: sets up, builds, trains on Fashion-MNIST, evaluates.
#
#   scripts/quickstart.sh
#
# The pictures come from Debian's package dataset-fashion-mnist, or from the directory that TOPFIVE_FASHION_MNIST names.
# Each call trains into a new directory below runs/. Exit codes: those of the programs; 66 if the pictures are missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

FILES=(train-images-idx3-ubyte train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte)

# Each file may be gzipped (as Debian ships it) or not.
check_data() {
  local data="$1" file
  for file in "${FILES[@]}"; do
    [[ -r "$data/$file.gz" || -r "$data/$file" ]] ||
      fail 66 "Fashion-MNIST is not in $data: $file.gz is missing" \
        "install the package dataset-fashion-mnist where the distribution has it (Debian: scripts/setup.sh does)," \
        "or put these four files into one directory: ${FILES[*]/%/.gz}" \
        "and name it: TOPFIVE_FASHION_MNIST=DIR scripts/quickstart.sh"
  done
}

new_run_directory() {
  local run
  run="runs/fashion_mnist-$(date +%Y%m%d-%H%M%S)"
  [[ ! -e "$run" ]] || run="$run-$$"
  echo "$run"
}

main() {
  local started=$SECONDS data run
  [[ $# -eq 0 ]] || fail 64 "quickstart.sh takes no arguments"
  cd "$ROOT"
  scripts/setup.sh
  data="${TOPFIVE_FASHION_MNIST:-/usr/share/datasets/fashion-mnist}"
  check_data "$data"
  scripts/build.sh release topfive_program_train topfive_program_eval topfive_program_inspect
  run="$(new_run_directory)"

  step "training configs/fashion_mnist.json into $run"
  build/release/bin/train --config configs/fashion_mnist.json --data "$data" --out "$run"
  step "evaluating $run on the 10,000 test pictures"
  build/release/bin/eval --checkpoint "$run" --data "$data"
  step "done in $(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s; checkpoints and logs are in $run"
}

main "$@"
