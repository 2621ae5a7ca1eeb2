"""A tiny training run, its hashes, and the records of a stress test."""

import hashlib
import json
import pathlib
import subprocess
import sys
import time

# Dropout, so that the generators' state counts; an average of the weights; an evaluation every 8 steps.
RECIPE = {
    "description": "for stress tests",
    "model": {"type": "alexnet", "variant": "small", "num_classes": 4, "input_channels": 1, "image_size": 28},
    "data": {"type": "synthetic", "channels": 1, "mean": [0.5], "std": [0.25], "num_loader_threads": 1,
             "synthetic": {"train_size": 64, "eval_size": 30, "classes": 4, "height": 28, "width": 28}},
    "augment": {"train": [{"op": "pad_and_random_crop", "padding": 2, "size": 28}], "eval": []},
    "optimizer": {"type": "sgd", "momentum": 0.9, "weight_decay": 0},
    "schedule": {"type": "constant", "base_learning_rate": 0.001},
    "train": {"num_epochs": 100, "global_batch_size": 8, "eval_batch_size": 10, "seed": 5, "num_compute_threads": 1},
    "checkpoint": {"every_steps": 2, "keep": 2},
    "log": {"every_steps": 2},
}
# What depends on the clock and not on the run.
CLOCK_FIELDS = ("images_per_second", "data_wait", "bound", "seconds", "time")


def train_command(train, recipe, run, more=()):
    return [str(train), "--config", str(recipe), "--data", str(recipe.parent), "--out", str(run), "--devices", "cpu",
            "--resume", "auto", *more]


def write_recipe(directory, epochs):
    recipe = json.loads(json.dumps(RECIPE))
    recipe["train"]["num_epochs"] = epochs
    path = pathlib.Path(directory) / "recipe.json"
    path.write_text(json.dumps(recipe))
    return path


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def weights_hash(run):
    last = pathlib.Path(run) / "checkpoints" / "last"
    return " ".join(sha256(file) for file in sorted(last.glob("*.safetensors")))


def log_hash(run):
    """Of every line of log.jsonl, without the fields that tell the time."""
    total = hashlib.sha256()
    for line in (pathlib.Path(run) / "log.jsonl").read_text().splitlines():
        record = {key: value for key, value in json.loads(line).items() if key not in CLOCK_FIELDS}
        total.update(json.dumps(record).encode() + b"\n")
    return total.hexdigest()


def last_records(run, count=1):
    path = pathlib.Path(run) / "log.jsonl"
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    records = []
    for line in lines[-count:]:
        try:
            records.append(json.loads(line))
        except ValueError:
            pass
    return records


def run_to_end(train, recipe, run):
    result = subprocess.run(train_command(train, recipe, run), capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"error: {run}: train ended with {result.returncode}: {result.stderr[-2000:]}")
    return result


class Records:
    """One JSON line a case, and a summary at the end."""

    def __init__(self, path, seed):
        self.file = open(path, "w", encoding="utf-8") if path else None
        self.seed = seed
        self.counts = {}
        self.points = {}
        self.started = time.monotonic()

    def add(self, point, outcome, ms, **more):
        line = {"seed": self.seed, "case": sum(self.counts.values()), "point": point, "outcome": outcome,
                "ms": round(ms), **more}
        self.counts[outcome] = self.counts.get(outcome, 0) + 1
        key = point if isinstance(point, str) else str(point)
        self.points[key] = self.points.get(key, 0) + 1
        if self.file:
            print(json.dumps(line), file=self.file, flush=True)

    def summary(self, good, **more):
        """Prints the summary line; True if every outcome is a good one."""
        line = {"cases": sum(self.counts.values()), "outcomes": self.counts, **more,
                "seconds": round(time.monotonic() - self.started, 1)}
        print(json.dumps(line))
        if self.file:
            print(json.dumps({"summary": line}), file=self.file)
            self.file.close()
        return bool(self.counts) and all(outcome in good for outcome in self.counts)
