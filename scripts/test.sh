#!/usr/bin/env bash
# Everything that must hold before a change is handed in: sets up, builds, and runs all tests and the lint.
#
#   scripts/test.sh [--quick]
#
#   --quick  only the release build and its tests
#
# One ctest run at the end covers the release build, the torch-free rooms under AddressSanitizer + UBSan and under
# ThreadSanitizer, and the lint; its summary is the last thing printed. ctest's exit code is this script's.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# A failed check must end the program, also one inside a destructor or a thread.
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1"
export TSAN_OPTIONS="halt_on_error=1:second_deadlock_stack=1:suppressions=$ROOT/scripts/tsan.supp"

# ThreadSanitizer of older compilers cannot place its shadow memory when the kernel randomises addresses widely.
without_address_randomisation() {
  if setarch "$(uname -m)" -R true 2>/dev/null; then
    setarch "$(uname -m)" -R "$@"
  else
    "$@"
  fi
}

# A ctest directory that holds the builds and the lint, so that one run and one summary cover all of them.
write_suite() {
  local suite="$1"
  mkdir -p "$suite"
  {
    echo "add_test(lint \"$ROOT/scripts/lint.sh\")"
    echo 'set_tests_properties(lint PROPERTIES RUN_SERIAL ON TIMEOUT 1800)'
    printf 'subdirs("%s")\n' "$ROOT/build/asan" "$ROOT/build/tsan" "$ROOT/build/release"
  } >"$suite/CTestTestfile.cmake"
}

# Several tests at a time; each may use a few threads of its own, which is fine for tests of this size.
run_ctest() {
  without_address_randomisation ctest --test-dir "$1" --output-on-failure --parallel "$(job_count)"
}

main() {
  local quick=no started=$SECONDS preset
  case "${1:-}" in
    --quick) quick=yes ;;
    "") ;;
    *) fail 64 "unknown argument: $1" "known: --quick" ;;
  esac
  "$ROOT/scripts/setup.sh" --for-tests
  "$ROOT/scripts/build.sh" release
  if [[ "$quick" == yes ]]; then
    step "testing build/release ($((SECONDS - started)) s so far)"
    run_ctest "$ROOT/build/release"
    return
  fi
  for preset in asan tsan; do
    without_address_randomisation "$ROOT/scripts/build.sh" "$preset"
  done
  write_suite "$ROOT/build/suite"
  step "testing build/release, build/asan, build/tsan and the lint ($((SECONDS - started)) s so far)"
  run_ctest "$ROOT/build/suite"
}

main "$@"
