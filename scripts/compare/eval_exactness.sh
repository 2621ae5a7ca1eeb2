#!/usr/bin/env bash
# Compares what an evaluation feeds to the network with torchvision's own pixels, for every preset, on real photos.
#
#   scripts/compare/eval_exactness.sh FOLDER
#
#   FOLDER holds JPEG files in class sub-folders. torchvision comes from scripts/compare/setup_peers.sh, our pixels
#   from build/release/bin/bench (TOPFIVE_BENCH names another one). CMYK files and PNG files count as well.
#
# Exit codes: 0 all pixels are equal, 1 some differ, 64 wrong command line, 69 the peers' environment is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

PYTHON="$DEPS/peers/bin/python"
bench="${TOPFIVE_BENCH:-$ROOT/build/release/bin/bench}"

case "${1:-}" in
  -h | --help) usage; exit 0 ;;
  "" | -*) fail 64 "the folder of pictures is missing" "usage: scripts/compare/eval_exactness.sh FOLDER" ;;
esac
[[ -x "$PYTHON" ]] || fail 69 "no Python environment in .deps/peers" "run scripts/compare/setup_peers.sh first"
need_program "$bench"
exec "$PYTHON" "$ROOT/scripts/compare/eval_exactness.py" "$@" --bench "$bench"
