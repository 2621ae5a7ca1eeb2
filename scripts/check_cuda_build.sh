#!/usr/bin/env bash
# Proves that topfive builds against a CUDA build of LibTorch; needs neither a GPU nor a CUDA toolkit.
#
#   scripts/check_cuda_build.sh
#
# Installs the CUDA wheel (a 5.5 GB download unpacked) into .deps/cuda-venv once, builds everything in build/cuda
# and runs what needs no GPU. TOPFIVE_TORCH_INDEX names another package index.
# Exit codes: 0 ok, 69 the wheel cannot be installed, 74 too little disk space; else those of CMake and ctest.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

CUDA_LIBTORCH_VERSION="2.14.1"
# The CUDA headers that the wheel's own dependencies leave out; of the same CUDA release as the wheel.
CUDA_HEADERS=("nvidia-cuda-crt>=13.0,<13.1" "nvidia-cuda-cccl>=13.0,<13.1")
VENV="$DEPS/cuda-venv"
# The wheel with its libraries, pip's temporary copies, and the build.
NEEDED_GB=14

check_disk() {
  local free_gb
  free_gb="$(df --output=avail -B 1G "$DEPS" | tail -n 1 | tr -d ' ')"
  ((free_gb >= NEEDED_GB)) ||
    fail 74 "the CUDA build of LibTorch needs $NEEDED_GB GB of disk space, $free_gb GB are free in $DEPS"
}

install_cuda_libtorch() {
  local directory
  mkdir -p "$DEPS"
  if directory="$(venv_torch "$VENV")" && [[ "$(libtorch_version "$directory")" == "$CUDA_LIBTORCH_VERSION" ]] &&
    compgen -G "$directory/../nvidia/cu[0-9]*/include/nv/target" >/dev/null; then
    step "LibTorch $CUDA_LIBTORCH_VERSION with CUDA: already in .deps/cuda-venv"
    return 0
  fi
  check_disk
  step "installing LibTorch $CUDA_LIBTORCH_VERSION with CUDA into .deps/cuda-venv (5.5 GB)"
  python3 -m venv "$VENV"
  pip_install "$VENV" "torch==$CUDA_LIBTORCH_VERSION" "${CUDA_HEADERS[@]}" ||
    fail 69 "torch $CUDA_LIBTORCH_VERSION could not be installed" "name a package index: TOPFIVE_TORCH_INDEX=URL $0"
}

# The CUDA headers that came along with the wheel, as CMake's list: LibTorch's own CUDA headers include them.
cuda_include_directories() {
  local site="$1" directory list=""
  for directory in "$site"/nvidia/cu[0-9]*/include "$site"/nvidia/nccl/include; do
    if [[ -d "$directory" ]]; then list="${list:+$list;}$directory"; fi
  done
  [[ -n "$list" ]] || fail 69 "no CUDA headers below $site/nvidia" "remove .deps/cuda-venv and run this script again"
  echo "$list"
}

main() {
  local torch includes
  [[ $# -eq 0 ]] || fail 64 "check_cuda_build.sh takes no arguments"
  cd "$ROOT"
  install_cuda_libtorch
  torch="$(venv_torch "$VENV")"
  [[ -e "$torch/lib/libtorch_cuda.so" ]] ||
    fail 69 "$torch was built without CUDA" "name an index that has the CUDA build: TOPFIVE_TORCH_INDEX=URL $0"
  includes="$(cuda_include_directories "$(dirname "$torch")")"

  step "configuring build/cuda"
  cmake -S . -B build/cuda -G Ninja -DCMAKE_BUILD_TYPE=Release -DTOPFIVE_CUDA=ON \
    "-DTOPFIVE_LIBTORCH=$torch" "-DTOPFIVE_CUDA_INCLUDE_DIRS=$includes"
  step "building build/cuda"
  cmake --build build/cuda --parallel "$(job_count)"
  step "running what needs no GPU"
  build/cuda/bin/train --version
  ctest --test-dir build/cuda --output-on-failure --parallel "$(job_count)"
}

main "$@"
