#!/usr/bin/env bash
# Damages a million JPEG files and compares what our own decoder makes of them with what libjpeg-turbo alone does.
#
#   scripts/stress/jpeg_fuzz.sh [--count N] [--seed N] [--first N] [--json FILE]
#
#   Headers, tables, entropy-coded data and markers are changed; the pixels or the error must be the same for all
#   kernels that the processor has. Prints every difference, and a JSON line at the end, which --json appends to a file
#   as well. `--seed 1 --first 4711 --count 1` does one case of a run again. TOPFIVE_JPEG_FUZZ_STRESS names another
#   program, such as the one of build/asan, which also sees wrong reads of memory and takes longer.
#
# Exit codes: 0 all agree, 1 not, 64 wrong arguments, 69 the program is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

answer_help "$@"
program="${TOPFIVE_JPEG_FUZZ_STRESS:-$ROOT/build/release/tests/jpeg_fuzz_stress}"
need_program "$program"
exec "$program" "$@"
