#!/usr/bin/env bash
# Damages 1,000 checkpoints in one process and 50 of a real run that then goes on.
#
#   scripts/stress/corrupt_checkpoints.sh [--count N] [--runs N] [--seed N] [--json FILE]
#
#   Flipped bits in every part of every file, cut and zeroed files, exchanged tensors and files, stale, missing and extra
#   ones. Every damage must be found and the checkpoint before it taken. --json gets a line for each case.
#   TOPFIVE_TRAIN and TOPFIVE_CHECKPOINT_STRESS name other programs.
#
# Exit codes: 0 all as promised, 1 not, 2 wrong arguments, 69 a program is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; }

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
esac
train="${TOPFIVE_TRAIN:-$ROOT/build/release/bin/train}"
[[ -x "$train" ]] || fail 69 "there is no $train" "run scripts/build.sh first"
program="${TOPFIVE_CHECKPOINT_STRESS:-$ROOT/build/release/tests/checkpoint_stress}"
[[ -x "$program" ]] || fail 69 "there is no $program" "run scripts/build.sh first"
exec python3 "$ROOT/scripts/stress/corrupt_checkpoints.py" --program "$program" --train "$train" "$@"
