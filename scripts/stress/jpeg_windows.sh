#!/usr/bin/env bash
# Compares 100,000 random windows of JPEG files by our own decoder with libjpeg-turbo's whole pictures.
#
#   scripts/stress/jpeg_windows.sh [--windows N] [--seed N] [--photos DIR] [--json FILE]
#
#   Each window is made by all kernels that the processor has. The files are made up: every sampling, quality, restart
#   interval, and coefficients and Huffman codes that no picture has; with --photos, half of the windows are of the JPEG
#   files below DIR. Prints every difference, and a JSON line at the end, which --json appends to a file as well.
#   TOPFIVE_JPEG_WINDOW_STRESS names another program.
#
# Exit codes: 0 all samples are equal, 1 not, 64 wrong arguments, 66 no photos, 69 the program is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

answer_help "$@"
program="${TOPFIVE_JPEG_WINDOW_STRESS:-$ROOT/build/release/tests/jpeg_window_stress}"
need_program "$program"
exec "$program" "$@"
