#!/usr/bin/env bash
# Makes configs/README.md anew from the recipes beside it.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -x build/release/bin/inspect ]; then
  echo "update_recipe_table: build/release/bin/inspect is missing; run scripts/build.sh first" >&2
  exit 1
fi
build/release/bin/inspect recipes configs --markdown > configs/README.md
echo "configs/README.md written"
