#!/usr/bin/env bash
# Trains the recipe resnet20_cifar_20_epochs.json in Python PyTorch, to compare its error with ours.
#
#   scripts/compare/cifar10_training.sh DATA [--seed N] [--precision float32|bf16] [--threads N] [--json FILE]
#
#   DATA  CIFAR-10 as JPEG files in class folders below train/ and val/
#
#   Python keeps all pictures in memory as pixels, while ours reads and decodes the files all the time. Ours is
#     build/release/bin/train --config resnet20_cifar_20_epochs.json --data DATA --out runs/cifar10
#   Takes about twelve minutes on two cores that multiply in bf16.
#
# Exit codes: 0 trained, 1 something failed, 2 wrong arguments, 69 Python's packages are missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

python="${TOPFIVE_PYTHON:-$DEPS/peers/bin/python}"

answer_help "$@"
"$python" -c "import torch, PIL, numpy" 2>/dev/null ||
  fail 69 "$python has no torch, Pillow and numpy" "run scripts/compare/setup_peers.sh first"
exec "$python" "$ROOT/scripts/compare/cifar10_training.py" "$@"
