#!/usr/bin/env bash
# Starts ranks by Debian's Open MPI, on this host.
#
#   tests/machines/mpirun_test.sh BIN
#
# Prints a line for each thing that holds. Exit codes: 0 all hold, 1 not; with "SKIPPED: reason" nothing was tried.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

bin="$(cd "$1" && pwd)" || exit 1
if ! command -v mpirun >/dev/null; then
  echo "SKIPPED: there is no mpirun (Debian: openmpi-bin)"
  exit 0
fi
# shellcheck source=tests/machines/checks.sh
source tests/machines/checks.sh

finish() {
  if ((failures > 0)); then tail -n 20 "$directory"/*.log; fi
  rm -rf "$directory"
}
trap finish EXIT

# mpirun_train RUN ARGUMENT...: two ranks, whose messages go to RUN.log.
mpirun_train() {
  local run="$1"
  shift
  exec mpirun --allow-run-as-root --oversubscribe --bind-to none -n 2 "$bin/train" --config "$directory/recipe.json" \
    --data "$directory" --out "$directory/$run" --devices cpu "$@" &>"$directory/$run.log"
}

says() { grep -q -- "$2" "$directory/$1.log"; }

write_recipe >"$directory/recipe.json"
(mpirun_train whole)
check "two ranks train" has_saved whole
check "they were found by Open MPI's variables" says whole "found by Open MPI's variables"
(mpirun_train stopped) &
job=$!
wait_until 60 has_saved stopped
kill -USR1 "$job"
wait "$job"
check "SIGUSR1 to mpirun stops them with 75" test $? == 75
(mpirun_train stopped --resume auto)
check "they go on to the same weights" same_weights stopped whole
((failures == 0))
