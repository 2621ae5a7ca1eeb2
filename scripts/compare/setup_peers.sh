#!/usr/bin/env bash
# Installs the loaders that the input path is compared with, into .deps/peers, a Python environment of its own.
#
#   scripts/compare/setup_peers.sh [--no-apt]
#
#   --no-apt  leave the system's packages alone; without their headers FFCV cannot be built and is skipped
#
# About 6.5 GB, most of it LibTorch's CUDA libraries in torch's default wheel; TOPFIVE_TORCH_INDEX names another package
# index for torch and torchvision. Building, testing and using topfive needs none of this. A peer that cannot be
# installed is reported and skipped: the comparison then goes without it. A second run changes nothing.
#
# Exit codes: 0 ready (perhaps with peers missing), 64 wrong command line, 69 not even Pillow and torchvision are there.
set -euo pipefail
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"

PEERS="$DEPS/peers"
# Needed: the reference for pixels, and the first peer. Pillow 13 orders its two passes otherwise (see pil_resample).
REFERENCE=(torch==2.14.1 torchvision==0.29.1 numpy==2.4.6 pillow==12.3.0)
DALI=(nvidia-dali-cuda130==2.4.0)
TURBOLOADER=(turboloader==2.39.0)
ALBUMENTATIONS=(albumentations==2.0.8 opencv-python-headless==4.14.0.94)
WEBDATASET=(webdataset==1.0.2)
# FFCV asks for the OpenCV wheel with windows, which would fight with the one above: its needs are listed here instead.
FFCV=(ffcv==1.0.2)
FFCV_NEEDS=(numba==0.68.1 opencv-python-headless==4.14.0.94 terminaltables==3.1.10 pytorch-pfn-extras==0.9.0
  fastargs==1.2.0 assertpy==1.1 tqdm psutil setuptools wheel)
FFCV_HEADERS=(g++ pkg-config libturbojpeg0-dev libopencv-dev)

parse_arguments() {
  use_apt=yes
  while [[ $# -gt 0 ]]; do
    case "$1" in
      --no-apt) use_apt=no ;;
      -h | --help) usage; exit 0 ;;
      *) fail 64 "unknown argument: $1" "known: --no-apt, --help" ;;
    esac
    shift
  done
}

# install NAME REQUIREMENT...: says so and goes on where it does not work.
install() {
  local name="$1"
  shift
  step "$name: $*"
  pip_install "$PEERS" "$@" || { step "$name could not be installed: left out"; return 1; }
}

headers_for_ffcv() {
  local name missing=() prefix=()
  for name in "${FFCV_HEADERS[@]}"; do
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -q '^installed' || missing+=("$name")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  [[ "$use_apt" == yes ]] || { step "FFCV needs the packages ${missing[*]}: left out"; return 1; }
  [[ "$(id -u)" -eq 0 ]] || prefix=(sudo -n)
  "${prefix[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" ||
    { step "FFCV needs the packages ${missing[*]}, which could not be installed: left out"; return 1; }
}

install_ffcv() {
  headers_for_ffcv || return 0
  install "what FFCV needs" "${FFCV_NEEDS[@]}" || return 0
  install ffcv --no-deps --no-build-isolation "${FFCV[@]}" || true
}

# What can be imported: some wheels install everywhere and need a driver to load.
report() {
  "$PEERS/bin/python" - <<'END'
import importlib
from importlib.metadata import version
for module, package in [("PIL", "pillow"), ("torchvision", "torchvision"), ("nvidia.dali", "nvidia-dali-cuda130"),
                        ("ffcv.loader", "ffcv"), ("turboloader", "turboloader"), ("albumentations", "albumentations"),
                        ("cv2", "opencv-python-headless"), ("webdataset", "webdataset")]:
    try:
        importlib.import_module(module)
        print(f"   {package} {version(package)}")
    except Exception as error:
        print(f"   {package}: cannot be used ({type(error).__name__}: {str(error).splitlines()[0]})")
END
}

parse_arguments "$@"
[[ -x "$PEERS/bin/python" ]] || python3 -m venv "$PEERS" || fail 69 "python3 -m venv does not work"
install "torchvision and Pillow" "${REFERENCE[@]}" || fail 69 "torchvision and Pillow are what everything is compared with"
install DALI "${DALI[@]}" || true
install TurboLoader "${TURBOLOADER[@]}" || true
install albumentations "${ALBUMENTATIONS[@]}" || true
install webdataset "${WEBDATASET[@]}" || true
install_ffcv
step "peers in $PEERS"
export NO_ALBUMENTATIONS_UPDATE=1
report
