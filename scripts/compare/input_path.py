"""Compares the input path with other loaders on the same files and the same cores; started by input_path.sh."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pictures
from loaders import Peer, Topfive
from peers import PEERS
from report import summarise, table

HERE = Path(__file__).resolve().parent


def parse_arguments():
    parser = argparse.ArgumentParser(prog="input_path.sh", description=__doc__)
    parser.add_argument("folder", type=Path, help="JPEG files in class sub-folders")
    parser.add_argument("--bench", type=Path, help="the program bench of topfive, with dataset beside it; left out: only the peers run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=6, help="of measuring, per loader and round")
    parser.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)), help="the core that all run on")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=sorted(PEERS), help="these peers")
    parser.add_argument("--files", choices=("original", "reencoded", "both"), default="both")
    parser.add_argument("--two-threads", action="store_true", help="also topfive with two threads on two cores")
    parser.add_argument("--json", type=Path, help="all numbers, round by round")
    arguments = parser.parse_args()
    arguments.only = arguments.only or list(PEERS)
    return arguments


def usable_files(folder):
    found = pictures.find_files(folder)
    files = [f for f in found if pictures.is_plain(f)]
    if not files:
        sys.exit(f"error: no JPEG files in class sub-folders of {folder}")
    if len(files) < len(found):
        print(f"{len(found) - len(files)} files left out: not plain RGB or grey JPEG", file=sys.stderr)
    return files


def containers(files, root, wanted):
    """The same files as a folder, a tar and a .beton; returns what the loaders are told."""
    files = pictures.mirror(files, root)
    inputs = {"folder": str(root), "files": [str(f) for f in files], "long_epoch": pictures.LONG_EPOCH,
              "classes": len({f.parent.name for f in files})}
    if any(name.startswith("turboloader") for name in wanted):
        inputs["tar"] = str(pictures.write_tar(files, root / "pictures.tar"))
    if "ffcv" in wanted:
        try:
            inputs["beton"] = str(pictures.write_beton(files, root / "pictures.beton"))
        except Exception as error:
            print(f"ffcv: {error}", file=sys.stderr)
    (root / "inputs.json").write_text(json.dumps(inputs))
    return inputs


def warm(files):
    """Every byte once, so that nobody pays for the disk."""
    for path in files:
        Path(path).read_bytes()


def start_loaders(arguments, root, inputs):
    loaders = []
    if arguments.bench:
        loaders.append(Topfive(arguments.bench, root, inputs, cores={arguments.core}))
        loaders.append(Topfive(arguments.bench, root, inputs, cores={arguments.core}, row_index=True))
    for name in arguments.only:
        peer = Peer(name, HERE / "peer_worker.py", root / "inputs.json", cores={arguments.core})
        if peer.error:
            print(f"{name}: left out, {peer.error}", file=sys.stderr)
        else:
            loaders.append(peer)
    if arguments.bench and arguments.two_threads:
        second = next(core for core in sorted(os.sched_getaffinity(0)) if core != arguments.core)
        loaders.append(Topfive(arguments.bench, root, inputs, cores={arguments.core, second}))
    return loaders


def measure(loaders, arguments):
    """A, B, C, A, B, C, ...: what the machine does meanwhile falls on all alike. The first turn only warms up."""
    for number in range(arguments.rounds + 1):
        for loader in [loader for loader in loaders if not loader.error]:
            result = loader.turn(arguments.seconds if number else 1.0)
            if loader.error:
                print(f"{loader.name}: left out, {loader.error}", file=sys.stderr)
            elif number:
                loader.rounds.append(result)
        print(f"round {number} of {arguments.rounds} done", file=sys.stderr)


def compare(kind, files, arguments, root):
    inputs = containers(files, root, arguments.only)
    warm(inputs["files"])
    loaders = start_loaders(arguments, root, inputs)
    try:
        windows = pictures.choose_windows([Path(f) for f in inputs["files"]])
        differences = {loader.name: loader.pixels(windows) for loader in loaders if not loader.error}
        measure(loaders, arguments)
    finally:
        for loader in loaders:
            loader.close()
    facts = pictures.describe([Path(f) for f in inputs["files"]])
    return summarise(kind, facts, [loader for loader in loaders if not loader.error], differences)


def main():
    arguments = parse_arguments()
    files = usable_files(arguments.folder)
    scratch = Path(tempfile.mkdtemp(prefix="topfive-compare-"))
    results = []
    try:
        if arguments.files in ("original", "both"):
            results.append(compare("original files", files, arguments, scratch / "original"))
            print(table(results[-1]), flush=True)
        if arguments.files in ("reencoded", "both"):
            shrunk = pictures.write_reencoded(files, scratch / "shrunk")
            results.append(compare("re-encoded: longest side 400, quality 90", shrunk, arguments, scratch / "small"))
            print(table(results[-1]), flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
