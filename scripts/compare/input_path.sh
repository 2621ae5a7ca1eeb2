#!/usr/bin/env bash
# Compares the input path with torchvision, DALI, FFCV, TurboLoader and albumentations: same files, one core, in turns.
#
#   scripts/compare/input_path.sh FOLDER [--rounds N] [--seconds S] [--core C] [--two-threads] [--json FILE]
#                                 [--files original|reencoded|both] [--only NAME...]
#
#   FOLDER holds JPEG files in class sub-folders. The peers come from scripts/compare/setup_peers.sh; those that are
#   missing are left out. Our own numbers come from build/release/bin/bench (TOPFIVE_BENCH names another one).
#   The table goes to standard output, all numbers into --json.
#
# Exit codes: 0 measured, 1 something failed, 64 wrong command line, 69 the peers' environment is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

PYTHON="$DEPS/peers/bin/python"
bench="${TOPFIVE_BENCH:-$ROOT/build/release/bin/bench}"

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  "" | -*) fail 64 "the folder of pictures is missing" "usage: scripts/compare/input_path.sh FOLDER ..." ;;
esac
[[ -x "$PYTHON" ]] || fail 69 "no Python environment in .deps/peers" "run scripts/compare/setup_peers.sh first"
need_program "$bench"
exec "$PYTHON" "$ROOT/scripts/compare/input_path.py" "$@" --bench "$bench"
