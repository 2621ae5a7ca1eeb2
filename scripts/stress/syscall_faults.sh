#!/usr/bin/env bash
# Lets every system call of a save fail once, in a process of its own, by strace.
#
#   scripts/stress/syscall_faults.sh [--every N] [--json FILE]
#
#   Each call between opening the store and the end, with each of EIO, ENOSPC, EINTR, EMFILE, EDQUOT and a kill. The old
#   checkpoint or the new one must verify, and an error must name a path and the system's reason. --json gets a line for
#   each case. Needs strace and the right to trace. TOPFIVE_CHECKPOINT_STRESS names another program to be traced.
#
# Exit codes: 0 all as promised, 1 not, 2 wrong arguments, 69 a program is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

answer_help "$@"
program="${TOPFIVE_CHECKPOINT_STRESS:-$ROOT/build/release/tests/checkpoint_stress}"
need_program "$program"
command -v strace >/dev/null || fail 69 "strace is missing" "Debian: apt-get install strace"
exec python3 "$ROOT/scripts/stress/syscall_faults.py" --program "$program" "$@"
