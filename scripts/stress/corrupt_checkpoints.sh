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

answer_help "$@"
train="${TOPFIVE_TRAIN:-$ROOT/build/release/bin/train}"
need_program "$train"
program="${TOPFIVE_CHECKPOINT_STRESS:-$ROOT/build/release/tests/checkpoint_stress}"
need_program "$program"
exec python3 "$ROOT/scripts/stress/corrupt_checkpoints.py" --program "$program" --train "$train" "$@"
