#!/usr/bin/env bash
# Fails the ranks of a training run in 50 ways, on two hosts (network namespaces) of this machine.
#
#   scripts/stress/rank_failures.sh [--short] [--only CASE] [--timeout SECONDS] [--seed N] [--json FILE]
#
#   Ranks are killed, stopped, cut off, start late, too many or too few, with another recipe, other pictures or another
#   program, on a taken port, on a full disk. Every rank must end with an error that names a rank and the cause, within
#   the time-out (--timeout, else 5 seconds) plus 5; the run must then go on to the bits of an undisturbed one. Short
#   troubles must be survived. --json gets a line for each case: what was done, exit codes, seconds, messages, and what
#   became of the run. --short: one case of each kind. Needs root. TOPFIVE_TRAIN names another train program.
#
# Exit codes: 0 all as promised (or "SKIPPED: reason" where there can be no namespaces), 1 not, 2 wrong arguments,
# 69 a program is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

answer_help "$@"
train="${TOPFIVE_TRAIN:-$ROOT/build/release/bin/train}"
need_program "$train"
exec python3 "$ROOT/scripts/stress/rank_failures.py" --train "$train" "$@"
