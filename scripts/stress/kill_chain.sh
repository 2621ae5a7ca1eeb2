#!/usr/bin/env bash
# Kills a training run 200 times at random moments and compares its end with an undisturbed run.
#
#   scripts/stress/kill_chain.sh [--kills N] [--epochs N] [--seed N] [--json FILE]
#
#   A tiny network with dropout on made-up pictures, a checkpoint every 2 steps. After each kill -9 the run goes on with
#   --resume auto; weights, optimizer and log must end up the same to the last bit. --json gets a line for each kill:
#   seed, point (start-up, load, step, save, eval), outcome, ms. The last line printed is a summary. About 5 minutes.
#   TOPFIVE_TRAIN names another train program.
#
# Exit codes: 0 all as promised, 1 not, 2 wrong arguments, 69 a program is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

answer_help "$@"
train="${TOPFIVE_TRAIN:-$ROOT/build/release/bin/train}"
need_program "$train"
exec python3 "$ROOT/scripts/stress/kill_chain.py" --train "$train" "$@"
