"""One loader in a process of its own; input_path.py starts it pinned to its cores and talks to it over pipes.

Commands, one JSON object a line: {"do": "turn", "seconds": S} measures, {"do": "pixels", "windows": [...]} compares
with Pillow. Each is answered by one JSON object a line. Between turns the parent stops the process (SIGSTOP), so that
a loader's own threads cannot work ahead while another one is measured.
"""

import io
import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy
from PIL import Image

from peers import BATCH, PEERS, SIZE

# Enough that queues which were filled before the turn are empty: what is counted was made within the turn.
WARM_UP_BATCHES = 8
TICKS = os.sysconf("SC_CLK_TCK")


def tree_cpu_seconds(root):
    """User and system time of a process and all below it, ended children included."""
    parents, times = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
            times[int(entry.name)] = sum(int(value) for value in fields[11:15]) / TICKS
    tree, grown = {root}, True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in tree} - tree
        tree, grown = tree | more, bool(more)
    return sum(times.get(pid, 0.0) for pid in tree)


def consume(images):
    """One value of every 4 KiB is read, so that no lazy result wins; reading all would weigh on the fast ones."""
    values = images.numpy() if hasattr(images, "numpy") else images
    if values.dtype != numpy.float32 or values.ndim != 4 or SIZE not in values.shape:
        raise RuntimeError(f"not a normalised float batch: {values.dtype} {values.shape}")
    if not values.flags.c_contiguous:
        values = values.transpose(0, 2, 3, 1)
    return float(values.reshape(-1)[::1021].sum())


def turn(batches, seconds):
    for _ in range(WARM_UP_BATCHES):
        consume(next(batches))
    images, checksum = 0, 0.0
    cpu, start = tree_cpu_seconds(os.getpid()), time.monotonic()
    while time.monotonic() - start < seconds:
        batch = next(batches)
        checksum += consume(batch)
        images += len(batch)
    wall, cpu = time.monotonic() - start, tree_cpu_seconds(os.getpid()) - cpu
    return {"images": images, "wall_seconds": wall, "cpu_seconds": cpu, "checksum": checksum,
            "images_per_cpu_second": images / cpu, "images_per_second": images / wall}


def pillow_window(data, window, flip):
    left, top, width, height = window
    image = Image.open(io.BytesIO(data)).convert("RGB").crop((left, top, left + width, top + height))
    image = image.resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    return numpy.asarray(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flip else image)


def pillow_whole(path):
    return numpy.asarray(Image.open(path).convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR))


def pairs(peer, inputs, windows):
    """(the loader's pixels, Pillow's pixels), picture by picture."""
    if hasattr(peer, "pixels"):
        for number, left, top, width, height, flip in windows:
            data, window = Path(inputs["files"][number]).read_bytes(), (left, top, width, height)
            yield peer.pixels(data, window, flip), pillow_window(data, window, flip)
    else:
        wanted = {number for number, *_ in windows}
        for number, image in peer.whole_pictures(inputs):
            if number in wanted:
                yield image, pillow_whole(inputs["files"][number])


def difference(compared):
    largest, total, count, equal = 0, 0, 0, 0
    for ours, reference in compared:
        if ours.shape != reference.shape:
            raise RuntimeError(f"another shape than Pillow's: {ours.shape}, {reference.shape}")
        delta = numpy.abs(ours.astype(int) - reference.astype(int))
        largest, total = max(largest, int(delta.max())), total + int(delta.sum())
        count, equal = count + delta.size, equal + int((delta == 0).sum())
    return {"max": largest, "mean": total / count, "equal": equal / count}


def answer(peer, state, inputs, command):
    if command["do"] == "pixels":
        kind = "windows" if hasattr(peer, "pixels") else "whole pictures"
        return {**difference(pairs(peer, inputs, command["windows"])), "compared": kind}
    if "batches" not in state:
        state["batches"] = iter(peer.batches(inputs))
    return turn(state["batches"], command["seconds"])


def main():
    # The answers have the pipe for themselves: libraries print where they like.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    name, inputs = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    try:
        peer = PEERS[name]()
        reply = {"versions": {package: version(package) for package in peer.packages}}
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    state = {}
    while True:
        print(json.dumps(reply), file=answers, flush=True)
        line = sys.stdin.readline()
        if not line:
            return
        try:
            reply = answer(peer, state, inputs, json.loads(line))
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()
