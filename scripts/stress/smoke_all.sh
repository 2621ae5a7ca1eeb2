#!/usr/bin/env bash
# Tries every shipped recipe: two steps, an evaluation and a checkpoint on made-up pictures, on the CPU.
#
#   scripts/stress/smoke_all.sh [RECIPE.json...]
#
#   Without arguments all files of configs/. Prints a JSON line for each recipe: its name, the exit code, the seconds,
#   and the error where there was one. Some 10 seconds a recipe. TOPFIVE_TRAIN names another train program.
#
# Exit codes: 0 all recipes train, 1 not, 69 a program is missing.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

# The program's error line as a JSON string.
quoted_error() { grep -m 1 ': error: ' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&"/' || echo '""'; }

# smoke RECIPE: one JSON line; fails if the recipe does.
smoke() {
  local recipe="$1" code=0 begin
  begin="$(date +%s.%N)"
  "$train" --config "$recipe" --smoke --devices cpu >"$messages" 2>&1 || code=$?
  printf '{"recipe": "%s", "exit_code": %d, "seconds": %s, "error": %s}\n' "$(basename "$recipe")" "$code" \
    "$(awk -v begin="$begin" -v end="$(date +%s.%N)" 'BEGIN { printf "%.1f", end - begin }')" "$(quoted_error "$messages")"
  return "$code"
}

answer_help "$@"
train="${TOPFIVE_TRAIN:-$ROOT/build/release/bin/train}"
need_program "$train"
[[ $# -gt 0 ]] || set -- "$ROOT"/configs/*.json
messages="$(mktemp)"
trap 'rm -f "$messages"' EXIT
failed=0
for recipe in "$@"; do
  smoke "$recipe" || failed=$((failed + 1))
done
((failed == 0)) || fail 1 "$failed of $# recipes failed"
