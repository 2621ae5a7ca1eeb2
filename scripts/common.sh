# shellcheck shell=bash
# Sourced by the other scripts: where the project is, how steps are reported, how many jobs fit, where LibTorch is.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
DEPS="$ROOT/.deps"
LIBTORCH_RECORD="$DEPS/libtorch.path"
# The oldest LibTorch that the sources compile with, and the one that setup.sh installs.
LIBTORCH_MINIMUM="2.13"
LIBTORCH_VERSION="2.13.0"
export LIBTORCH_VERSION

# A CMake that setup.sh installed for this project goes before the system's.
if [[ -x "$DEPS/venv/bin/cmake" ]]; then
  PATH="$DEPS/venv/bin:$PATH"
fi

step() { printf '== %s\n' "$*"; }

# fail CODE MESSAGE...: one line per argument on stderr, then exit.
fail() {
  local code="$1"
  shift
  printf 'error: %s\n' "$1" >&2
  shift
  [[ $# -eq 0 ]] || printf '  %s\n' "$@" >&2
  exit "$code"
}

# Prints the comment that the script which was started begins with.
usage() { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; }

# answer_help "$@": for scripts that leave their other arguments to the program they end with.
answer_help() {
  case "${1:-}" in
    -h | --help) usage; exit 0 ;;
  esac
}

# need_program FILE: one of ours, built before.
need_program() {
  [[ -x "$1" ]] || fail 69 "there is no $1" "run scripts/build.sh first"
}

# version_at_least HAVE WANT
version_at_least() {
  [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" == "$2" ]]
}

# Compiling one LibTorch source takes about 2 GB, so memory can allow fewer jobs than cores. TOPFIVE_JOBS overrides.
job_count() {
  local cores memory_gb jobs
  cores="$(nproc)"
  memory_gb="$(awk '/^MemAvailable:/ { print int($2 / 1048576) }' /proc/meminfo 2>/dev/null || echo 2)"
  jobs=$((memory_gb / 2))
  if ((jobs < 1)); then jobs=1; fi
  if ((jobs > cores)); then jobs=$cores; fi
  echo "${TOPFIVE_JOBS:-$jobs}"
}

# Prints the version of the LibTorch in a directory; fails if there is none or it is incomplete.
libtorch_version() {
  local directory="$1" header
  [[ -e "$directory/lib/libtorch_cpu.so" ]] || return 1
  for header in include/torch/headeronly/version.h include/torch/csrc/api/include/torch/version.h; do
    if [[ -e "$directory/$header" ]]; then
      awk '/TORCH_VERSION_(MAJOR|MINOR|PATCH) [0-9]+/ { text = text separator $3; separator = "." }
           END { if (text == "") exit 1; print text }' "$directory/$header" && return 0
    fi
  done
  return 1
}

# True if the directory holds a LibTorch that is new enough.
libtorch_usable() {
  local version
  version="$(libtorch_version "$1")" && version_at_least "$version" "$LIBTORCH_MINIMUM"
}

# Prints the LibTorch that setup.sh chose; nothing if it has not run or the directory is gone.
recorded_libtorch() {
  local directory
  [[ -r "$LIBTORCH_RECORD" ]] || return 0
  directory="$(<"$LIBTORCH_RECORD")"
  if libtorch_usable "$directory"; then
    echo "$directory"
  fi
}

# The torch directory inside a virtual environment, if it is there.
venv_torch() {
  local directory
  for directory in "$1"/lib/python3*/site-packages/torch; do
    if [[ -d "$directory" ]]; then
      echo "$directory"
      return 0
    fi
  done
  return 1
}

# pip_install VENV REQUIREMENT...: with the index that TOPFIVE_TORCH_INDEX names, if any.
pip_install() {
  local venv="$1" index=()
  shift
  [[ -z "${TOPFIVE_TORCH_INDEX:-}" ]] || index=(--index-url "$TOPFIVE_TORCH_INDEX")
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "${index[@]}" "$@"
}
