#!/usr/bin/env bash
# Compares the training step with Python PyTorch on the CPU: same networks, batches and precision, in turns.
#
#   scripts/compare/train_step.sh [--model NAME...] [--precision float32 bf16] [--batch-size N] [--threads N]
#                                 [--rounds N] [--seconds S] [--no-compile] [--no-same-allocator] [--json FILE]
#
#   Python runs eager, eager with channels-last memory, and torch.compile; each as people run it and with the allocator
#   settings that topfive gives itself. PyTorch is the one in .deps/venv, whose LibTorch topfive is linked with
#   (TOPFIVE_PYTHON names another interpreter). Ours comes from build/release/bin/bench (TOPFIVE_BENCH names another).
#   The table goes to standard output, all numbers into --json. Takes minutes; the machine should be idle.
#
# Exit codes: 0 measured, 1 something failed, 2 wrong arguments, 69 Python or our program is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

python="${TOPFIVE_PYTHON:-$DEPS/venv/bin/python}"
bench="${TOPFIVE_BENCH:-$ROOT/build/release/bin/bench}"

answer_help "$@"
"$python" -c "import torch" 2>/dev/null || fail 69 "$python has no torch" "run scripts/setup.sh first"
need_program "$bench"
exec "$python" "$ROOT/scripts/compare/train_step.py" "$@" --bench "$bench"
