#!/usr/bin/env bash
# Compares data parallelism on CPU cores with Python's DistributedDataParallel on Gloo: same network, batch and threads.
#
#   scripts/compare/data_parallel.sh [--model NAME...] [--precision float32|bf16] [--batch-size N] [--ranks N]
#                                    [--rounds N] [--seconds S] [--json FILE]
#
#   Four settings in turns: topfive and Python, each as one process with N threads and as N processes (ranks) with one;
#   the batch is the same for all. Python is the one in .deps/venv, whose LibTorch topfive is linked with (TOPFIVE_PYTHON
#   names another interpreter). Ours is build/release/bin/train on made-up pictures, its input path included
#   (TOPFIVE_TRAIN names another). Takes minutes; the machine should be idle.
#
# Exit codes: 0 measured, 1 something failed, 2 wrong arguments, 69 Python or our program is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

python="${TOPFIVE_PYTHON:-$DEPS/venv/bin/python}"
train="${TOPFIVE_TRAIN:-$ROOT/build/release/bin/train}"

answer_help "$@"
"$python" -c "import torch" 2>/dev/null || fail 69 "$python has no torch" "run scripts/setup.sh first"
need_program "$train"
exec "$python" "$ROOT/scripts/compare/data_parallel.py" "$@" --train "$train"
