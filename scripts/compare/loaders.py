"""The two kinds of loaders that take turns: a peer in a worker process, and our own program `bench`."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
from peer_worker import difference, pillow_window
from peers import AREA, ASPECT, BATCH, MEAN, PEERS, SIZE, STD

# One thread for every library that would start a pool; the cores are pinned besides.
ONE_THREAD = {name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS",
                                     "NUMBA_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")}
# What topfive sets for itself, so that no peer loses time to fresh pages for every batch: torchvision gains 15 %.
KEEP_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(2_000_000_000), "MALLOC_TOP_PAD_": str(64 << 20)}


def pinned(cores):
    return lambda: os.sched_setaffinity(0, cores)


class Peer:
    """A worker process; stopped between its turns."""

    def __init__(self, name, worker, inputs, cores):
        self.name, self.title, self.notes = name, PEERS[name].title, PEERS[name].notes
        self.rounds, self.error, self.cores = [], None, sorted(cores)
        self.log = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            [sys.executable, str(worker), name, str(inputs)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log, text=True, env={**os.environ, **ONE_THREAD, **KEEP_MEMORY}, preexec_fn=pinned(cores))
        self.versions = self.receive().get("versions", {})
        self.stop()

    def receive(self):
        line = self.process.stdout.readline()
        reply = json.loads(line) if line else {"error": f"it ended: {self.last_words()}"}
        self.error = reply.get("error")
        return reply

    def last_words(self):
        self.log.seek(0)
        return " ".join(self.log.read().split()[-40:])

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGSTOP)

    def ask(self, command):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        reply = self.receive()
        self.stop()
        return reply

    def turn(self, seconds):
        return self.ask({"do": "turn", "seconds": seconds})

    def pixels(self, windows):
        reply = self.ask({"do": "pixels", "windows": windows})
        self.error = None  # a loader whose pixels cannot be had can still be fast
        return reply

    def close(self):
        self.process.kill()
        self.process.wait()


class Topfive:
    """`bench data`, a new process each turn: it warms up by itself."""
    notes = "exact; window decode"

    def __init__(self, program, root, inputs, cores, row_index=False):
        self.program, self.root, self.inputs = program, root, inputs
        self.rounds, self.error, self.cores = [], None, sorted(cores)
        self.threads = len(self.cores)
        self.name = "topfive" if self.threads == 1 else f"topfive_{self.threads}_threads"
        self.title = "topfive" if self.threads == 1 else f"topfive, {self.threads} threads"
        self.row_index = row_index
        if row_index:
            self.name += "_row_index"
            self.title += ", row index"
            subprocess.run([str(Path(program).with_name("dataset")), "index", inputs["folder"], "--split", "train"],
                           capture_output=True, check=True)
        self.config = root / "recipe.json"
        self.config.write_text(json.dumps(recipe(inputs["classes"])))
        said = subprocess.run([str(program), "--version"], capture_output=True, text=True, check=True).stdout
        self.versions = {"topfive": " ".join(said.split())}

    def run(self, arguments):
        done = subprocess.run([str(self.program), *arguments], capture_output=True, text=True,
                              preexec_fn=pinned(self.cores))
        if done.returncode != 0:
            self.error = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        return done

    def turn(self, seconds):
        target = self.root / "turn.json"
        self.run(["data", "--config", str(self.config), "--data", self.inputs["folder"], "--threads",
                  str(self.threads), "--seconds", str(seconds), "--batch-size", str(BATCH), "--json", str(target),
                  "--set", f"data.row_index={'auto' if self.row_index else 'off'}"])
        return json.loads(target.read_text()) if not self.error else {}

    def pixels(self, windows):
        """Through `bench pixels`, which writes the uint8 pixels of explicit windows."""
        listing, target = self.root / "windows.txt", self.root / "windows.bin"
        listing.write_text("".join(f"{left} {top} {width} {height} {int(flip)} {self.inputs['files'][number]}\n"
                                   for number, left, top, width, height, flip in windows))
        done = self.run(["pixels", "--windows", str(listing), "--size", str(SIZE), "--out", str(target)])
        if self.error:
            self.error = None
            return {"error": done.stderr.strip()}
        ours = numpy.fromfile(target, numpy.uint8).reshape(-1, SIZE, SIZE, 3)
        reference = (pillow_window(Path(self.inputs["files"][n]).read_bytes(), tuple(box), flip)
                     for n, *box, flip in windows)
        return {**difference(zip(ours, reference, strict=True)), "compared": "windows"}

    def close(self):
        pass


def recipe(classes):
    """What every loader does, as a run config of topfive."""
    return {"description": "for the comparison", "model": {"type": "resnet", "depth": 18, "num_classes": classes},
            "data": {"type": "image_folder", "mean": MEAN, "std": STD},
            "augment": {"train": [{"op": "random_resized_crop", "size": SIZE, "area": AREA, "aspect": ASPECT},
                                  {"op": "horizontal_flip"}],
                        "eval": [{"op": "resize_shorter_side", "size": 256}, {"op": "center_crop", "size": SIZE}]},
            "optimizer": {"type": "sgd"}, "schedule": {"type": "constant", "base_learning_rate": 0.1},
            "train": {"num_epochs": 1, "global_batch_size": BATCH, "seed": 1}}
