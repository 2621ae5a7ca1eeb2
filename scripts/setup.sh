#!/usr/bin/env bash
# Installs what building and testing needs: system packages, a new enough CMake, LibTorch, Python's webdataset and TensorBoard.
#
#   scripts/setup.sh [--libtorch DIR] [--no-apt] [--for-tests]
#
#   --libtorch DIR  use this LibTorch (a directory with include/ and lib/) instead of looking for one
#   --no-apt        leave the system's packages alone; only check them
#   --for-tests     also install what only some tests need, such as Slurm and Open MPI; scripts/test.sh asks for it
#
# LibTorch is taken from the first of: --libtorch, TOPFIVE_LIBTORCH, CMAKE_PREFIX_PATH, an importable python3 torch,
# the project's .deps/venv, where it is installed if need be (TOPFIVE_TORCH_INDEX names another package index).
# A second run changes nothing. Written for Debian 12 and 13 and Ubuntu 24.04.
#
# Exit codes: 0 ready, 64 wrong command line, 66 the LibTorch that was named cannot be used,
#             69 something is missing that this script cannot install (it prints the command that does).
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

PACKAGES=(git ca-certificates g++ cmake ninja-build ccache python3 python3-venv
  libopencv-dev libcli11-dev libspdlog-dev nlohmann-json3-dev catch2 libjpeg-dev libpng-dev zlib1g-dev libssl-dev libgloo-dev
  clang-format clang-tidy)
# Welcome, but only some distributions have them: the quickstart's pictures, the lint of the scripts.
EXTRA_PACKAGES=(dataset-fashion-mnist shellcheck)
# Welcome for the tests, which are skipped where one is missing: a cluster on one machine, two hosts on one machine.
TEST_PACKAGES=(slurm-wlm munge openmpi-bin iproute2)
CMAKE_MINIMUM="3.24"

parse_arguments() {
  named_libtorch="" use_apt=yes
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --libtorch)
        [[ $# -ge 2 ]] || fail 64 "--libtorch needs a directory"
        named_libtorch="$2"
        shift
        ;;
      --no-apt) use_apt=no ;;
      --for-tests) EXTRA_PACKAGES+=("${TEST_PACKAGES[@]}") ;;
      -h | --help) usage; exit 0 ;;
      *) fail 64 "unknown argument: $1" "known: --libtorch DIR, --no-apt, --for-tests, --help" ;;
    esac
    shift
  done
}

# missing_packages NAME...: those that are not installed. A virtual package counts by what provides it.
missing_packages() {
  local installed name
  installed=" $(dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' 2>/dev/null |
    sed -n 's/^installed //p' | tr -s ',\n' '  ') "
  for name in "$@"; do
    [[ "$installed" == *" $name "* ]] || echo "$name"
  done
}

in_distribution() {
  [[ "$(apt-cache policy "$1" 2>/dev/null)" == *"Candidate: "[0-9]* ]]
}

# Prints how to become root: nothing for root, "sudo" where it works, else it fails.
root_prefix() {
  if [[ "$(id -u)" -eq 0 ]]; then
    return 0
  elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    echo sudo
  else
    return 1
  fi
}

install_packages() {
  local prefix command=()
  if ! prefix="$(root_prefix)"; then
    fail 69 "these packages are missing and this script is neither root nor allowed to use sudo" \
      "run as root: apt-get update && apt-get install -y --no-install-recommends $*" "then: scripts/setup.sh"
  fi
  [[ -z "$prefix" ]] || command+=("$prefix")
  command+=(env DEBIAN_FRONTEND=noninteractive apt-get -qq)
  step "installing packages: $*"
  "${command[@]}" update
  "${command[@]}" install -y --no-install-recommends "$@"
}

# The extra packages that are missing here although the distribution has them.
missing_extras() {
  local name
  for name in $(missing_packages "${EXTRA_PACKAGES[@]}"); do
    if in_distribution "$name"; then echo "$name"; fi
  done
}

setup_packages() {
  local missing extras
  if ! command -v dpkg-query >/dev/null; then
    step "not a Debian or Ubuntu system: please install what corresponds to: ${PACKAGES[*]}"
    return 0
  fi
  mapfile -t missing < <(missing_packages "${PACKAGES[@]}")
  mapfile -t extras < <(missing_extras)
  if [[ ${#missing[@]} -gt 0 && "$use_apt" == no ]]; then
    fail 69 "these packages are missing: ${missing[*]}" \
      "run as root: apt-get install -y --no-install-recommends ${missing[*]}"
  elif [[ ${#missing[@]} -gt 0 ]]; then
    install_packages "${missing[@]}" "${extras[@]}"
  elif [[ ${#extras[@]} -eq 0 ]]; then
    step "system packages: all there"
  elif [[ "$use_apt" == yes ]] && root_prefix >/dev/null; then
    install_packages "${extras[@]}"
  else
    step "system packages: all there, except ${extras[*]} (not needed for the build)"
  fi
}

make_venv() {
  [[ -x "$DEPS/venv/bin/python" ]] || python3 -m venv "$DEPS/venv" ||
    fail 69 "python3 -m venv does not work" "install python3-venv (Debian, Ubuntu), then run scripts/setup.sh again"
}

setup_cmake() {
  local version
  version="$(cmake --version 2>/dev/null | awk 'NR == 1 { print $3 }')" || version=""
  if [[ -n "$version" ]] && version_at_least "$version" "$CMAKE_MINIMUM"; then
    step "CMake $version: new enough"
    return 0
  fi
  step "CMake ${version:-(none)} is older than $CMAKE_MINIMUM: installing one into .deps/venv"
  make_venv
  "$DEPS/venv/bin/python" -m pip install --quiet "cmake>=$CMAKE_MINIMUM,<5" ||
    fail 69 "CMake could not be installed by pip" "install CMake $CMAKE_MINIMUM or newer and put it in PATH"
}

# Where the user says LibTorch is. A named directory that does not work is an error, never skipped.
libtorch_by_name() {
  local directory="${named_libtorch:-${TOPFIVE_LIBTORCH:-}}" entry
  if [[ -n "$directory" ]]; then
    libtorch_usable "$directory" ||
      fail 66 "no LibTorch $LIBTORCH_MINIMUM or newer in $directory" "it must hold include/torch and lib/libtorch_cpu.so"
    (cd "$directory" && pwd)
    return 0
  fi
  local prefixes="${CMAKE_PREFIX_PATH:-}"
  while read -r -d ';' entry; do
    entry="${entry%/}" entry="${entry%/Torch}" entry="${entry%/share/cmake}"
    if [[ -n "$entry" ]] && libtorch_usable "$entry"; then
      echo "$entry"
      return 0
    fi
  done <<<"${prefixes//:/;};"
  return 1
}

libtorch_of_python() {
  local directory
  directory="$(python3 -c 'import importlib.util, os
spec = importlib.util.find_spec("torch")
print(os.path.dirname(spec.origin) if spec and spec.origin else "")' 2>/dev/null)" || return 1
  [[ -n "$directory" ]] && libtorch_usable "$directory" && echo "$directory"
}

# The CPU wheel is 20 times smaller than the CUDA one, so it is asked for first; not every index carries it.
install_libtorch() {
  step "installing LibTorch $LIBTORCH_VERSION into .deps/venv"
  make_venv
  if pip_install "$DEPS/venv" "torch==$LIBTORCH_VERSION+cpu" 2>/dev/null; then
    return 0
  fi
  step "the package index has no CPU-only build: taking the full one (several GB)"
  pip_install "$DEPS/venv" "torch==$LIBTORCH_VERSION" ||
    fail 69 "LibTorch $LIBTORCH_VERSION could not be installed by pip" \
      "name a package index: TOPFIVE_TORCH_INDEX=URL scripts/setup.sh" \
      "or a LibTorch that is already here: scripts/setup.sh --libtorch DIR"
}

choose_libtorch() {
  local status=0
  libtorch_by_name || status=$?
  [[ $status -ne 0 ]] || return 0
  [[ $status -eq 1 ]] || exit "$status"
  [[ -z "$(recorded_libtorch)" ]] || { recorded_libtorch; return 0; }
  libtorch_of_python && return 0
  local directory
  if directory="$(venv_torch "$DEPS/venv")" && libtorch_usable "$directory"; then
    echo "$directory"
    return 0
  fi
  install_libtorch >&2
  venv_torch "$DEPS/venv"
}

setup_libtorch() {
  local directory
  directory="$(choose_libtorch)"
  mkdir -p "$DEPS"
  [[ "$(cat "$LIBTORCH_RECORD" 2>/dev/null)" == "$directory" ]] || echo "$directory" >"$LIBTORCH_RECORD"
  step "LibTorch $(libtorch_version "$directory") in $directory"
}

# Only the tests that exchange files with these packages need them, and are skipped where one is missing.
TEST_PEERS=(webdataset tensorboard)

setup_test_peers() {
  local package
  make_venv
  for package in "${TEST_PEERS[@]}"; do
    if "$DEPS/venv/bin/python" -c "import $package" 2>/dev/null; then
      step "Python's $package: there, for the tests"
    elif "$DEPS/venv/bin/python" -m pip install --quiet --disable-pip-version-check "$package" 2>/dev/null; then
      step "Python's $package: installed into .deps/venv, for the tests"
    else
      step "Python's $package could not be installed; the test that exchanges files with it will be skipped"
    fi
  done
}

parse_arguments "$@"
setup_packages
setup_cmake
setup_libtorch
setup_test_peers
step "ready: scripts/build.sh builds, scripts/test.sh proves it"
