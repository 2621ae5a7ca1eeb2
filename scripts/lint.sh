#!/usr/bin/env bash
# Checks the form of the sources: file sizes, clang-format, shellcheck (where it is installed), clang-tidy.
#
#   scripts/lint.sh
#
# clang-tidy takes its compile commands from build/lint, which is configured here and never built. What passed is
# remembered in build/lint-cache, so an unchanged file is not checked again.
# Exit codes: 0 clean, 1 findings, 69 a tool is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

MAXIMUM_LINES=400

# Tracked files and new ones that git does not ignore, still on disk.
source_files() {
  git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r file; do
    if [[ -f "$file" ]]; then echo "$file"; fi
  done
}

check_sizes() {
  step "file sizes: at most $MAXIMUM_LINES lines"
  local file lines found=0
  for file in "$@"; do
    lines="$(wc -l <"$file")"
    if ((lines > MAXIMUM_LINES)); then
      echo "$file: $lines lines; split it" >&2
      found=1
    fi
  done
  return "$found"
}

check_format() {
  step "clang-format: $# files"
  printf '%s\0' "$@" | xargs -0 clang-format --dry-run -Werror
}

check_shell() {
  if ! command -v shellcheck >/dev/null; then
    step "shellcheck: not installed, skipped"
    return 0
  fi
  step "shellcheck: $# files"
  shellcheck --external-sources --source-path="$ROOT" "$@"
}

check_tidy() {
  # The configuration may be older than the newest source file; doing it again takes seconds.
  local libtorch definitions=()
  libtorch="$(recorded_libtorch)"
  [[ -z "$libtorch" ]] || definitions+=("-DTOPFIVE_LIBTORCH=$libtorch")
  # One entry a source: the release build itself compiles several sources at once.
  cmake --preset release -B build/lint -DTOPFIVE_UNITY=OFF "${definitions[@]}" >build/lint-configure.log 2>&1 || {
    cat build/lint-configure.log >&2
    return 1
  }
  step "clang-tidy"
  python3 scripts/lint_tidy.py --compile-commands build/lint/compile_commands.json --cache build/lint-cache
}

main() {
  local sources scripts tool status=0
  cd "$ROOT"
  for tool in git clang-format clang-tidy cmake python3; do
    command -v "$tool" >/dev/null || fail 69 "$tool is missing" "run scripts/setup.sh first"
  done
  mkdir -p build
  mapfile -t sources < <(source_files '*.h' '*.cpp')
  mapfile -t scripts < <(source_files '*.sh' .ci/run)
  check_sizes "${sources[@]}" || status=1
  check_format "${sources[@]}" || status=1
  check_shell "${scripts[@]}" || status=1
  check_tidy || status=1
  [[ $status -eq 0 ]] || fail 1 "lint found something: see above"
  step "lint: clean"
}

main "$@"
