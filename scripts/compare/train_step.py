"""Compares the training step with Python PyTorch: same network, batch and precision, in turns; started by
train_step.sh."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from report import machine
from train_models import NETWORKS

HERE = Path(__file__).resolve().parent
# What topfive sets for itself (engine/allocator.cpp), as glibc reads it from outside.
SAME_ALLOCATOR = "glibc.malloc.mmap_max=0:glibc.malloc.trim_threshold=18446744073709551615:glibc.malloc.top_pad=67108864"
SETTINGS = {"eager": ["--contiguous"], "eager, channels-last": [], "torch.compile": ["--compile"]}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="train_step.sh", description=__doc__)
    parser.add_argument("--bench", type=Path, required=True, help="the program bench of topfive")
    parser.add_argument("--model", nargs="+", choices=list(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--precision", nargs="+", choices=("float32", "bf16"), default=["float32"])
    parser.add_argument("--batch-size", type=int, help="left out: each network's own")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3, help="about so long measures one turn")
    parser.add_argument("--no-compile", action="store_true", help="leave torch.compile out: it needs a minute a network")
    parser.add_argument("--no-same-allocator", action="store_true", help="only Python as people run it")
    parser.add_argument("--json", type=Path, help="all numbers, round by round")
    return parser.parse_args()


@dataclass
class Case:
    model: str
    precision: str
    batch_size: int
    threads: int


@dataclass
class Peer:
    """A Python process that waits between its turns, its threads asleep."""

    name: str
    allocator: str
    case: Case
    options: list
    rounds: list = field(default_factory=list)
    error: str = ""

    def start(self):
        environment = dict(os.environ)
        environment.pop("GLIBC_TUNABLES", None)
        if self.allocator == "same":
            environment["GLIBC_TUNABLES"] = SAME_ALLOCATOR
        command = [sys.executable, str(HERE / "train_worker.py"), self.case.model, "--batch-size",
                   str(self.case.batch_size), "--precision", self.case.precision, "--threads", str(self.case.threads)]
        self.process = subprocess.Popen(command + self.options, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=environment)
        self.facts = self.read()
        return self

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            self.error = (self.process.stderr.read().strip().splitlines() or ["ended"])[-1]
            return {}
        return json.loads(line)

    def turn(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        seconds = self.read()
        if not self.error:
            self.rounds.append(self.case.batch_size / median(seconds))

    def close(self):
        self.process.stdin.close()
        self.process.terminate()
        self.process.wait()


@dataclass
class Ours:
    bench: Path
    case: Case
    rounds: list = field(default_factory=list)
    facts: dict = field(default_factory=dict)

    def turn(self, steps):
        with tempfile.NamedTemporaryFile(suffix=".json") as figures:
            subprocess.run(
                [self.bench, "train", "--model", self.case.model, "--batch-size", str(self.case.batch_size),
                 "--precision", self.case.precision, "--threads", str(self.case.threads), "--steps", str(steps),
                 "--devices", "cpu", "--json", figures.name], check=True, stdout=subprocess.DEVNULL)
            self.facts = json.loads(Path(figures.name).read_text())
        self.rounds.append(self.facts["images_per_second"])


def peers_of(case, arguments):
    peers = []
    for name, options in SETTINGS.items():
        if name == "torch.compile" and arguments.no_compile:
            continue
        peers.append(Peer(name, "glibc's own", case, options))
        if not arguments.no_same_allocator:
            peers.append(Peer(name, "same", case, options))
    return peers


def compare(case, arguments):
    """Ours, A, B, C, ours, A, B, C, ...: a slow minute of the machine falls on all alike. The first round warms up."""
    ours, peers = Ours(arguments.bench, case), [peer.start() for peer in peers_of(case, arguments)]
    try:
        ours.turn(2)
        steps = max(3, round(arguments.seconds * ours.rounds[0] / case.batch_size))
        for peer in peers:
            if not peer.error and peer.facts["parameters"] != ours.facts["parameters"]:
                sys.exit(f"error: {case.model} has {peer.facts['parameters']} parameters in Python, "
                         f"{ours.facts['parameters']} in topfive")
        ours.rounds.clear()
        for _ in range(arguments.rounds):
            for runner in [ours, *[peer for peer in peers if not peer.error]]:
                runner.turn(steps)
    finally:
        for peer in peers:
            peer.close()
    return result_of(case, ours, peers)


def ratio_to(ours, rounds):
    return median(mine / theirs for mine, theirs in zip(ours.rounds, rounds))


def result_of(case, ours, peers):
    for peer in peers:
        if peer.error:
            print(f"{case.model}, {peer.name}: left out, {peer.error}", file=sys.stderr)
    rows = [{"name": peer.name, "allocator": peer.allocator, "torch": peer.facts["version"], "rounds": peer.rounds,
             "images_per_second": median(peer.rounds), "ours_over_this": ratio_to(ours, peer.rounds)}
            for peer in peers if not peer.error]
    growth = ours.facts["memory_at_end_bytes"] - ours.facts["memory_after_warm_up_bytes"]
    return {"model": case.model, "precision": case.precision, "batch_size": case.batch_size, "threads": case.threads,
            "machine": machine(), "ours": {"rounds": ours.rounds, "images_per_second": median(ours.rounds),
                                           "memory_bytes": ours.facts["memory_at_end_bytes"], "growth_bytes": growth,
                                           "version": ours.facts["version"]}, "peers": rows}


def best_eager(result, allocator):
    return min((row["ours_over_this"] for row in result["peers"]
                if row["allocator"] == allocator and row["name"] != "torch.compile"), default=None)


def cell(result, name, allocator):
    row = next((row for row in result["peers"] if row["name"] == name and row["allocator"] == allocator), None)
    return f"{row['images_per_second']:.4g}" if row else ""


def table_row(result):
    cells = [result["model"], result["precision"], str(result["batch_size"]),
             f"{result['ours']['images_per_second']:.4g}"]
    for name in SETTINGS:
        own, same = cell(result, name, "glibc's own"), cell(result, name, "same")
        cells.append(f"{own} / {same}" if same else own)
    ratios = [best_eager(result, allocator) for allocator in ("glibc's own", "same")]
    cells += [f"{ratio:.2f}" if ratio else "" for ratio in ratios]
    cells.append(f"{result['ours']['memory_bytes'] / 2**20:.0f}")
    return "| " + " | ".join(cells) + " |"


def header():
    first = ["network", "precision", "batch", "topfive", *SETTINGS, "ours/best eager", "same allocator", "MiB"]
    return "\n".join(["| " + " | ".join(first) + " |", "|" + "---|" * len(first)])


def main():
    arguments = parse_arguments()
    print("Pictures a second, medians; Python with glibc's own allocator settings / with topfive's.\n")
    print(header(), flush=True)
    results = []
    for model in arguments.model:
        for precision in arguments.precision:
            size = arguments.batch_size or NETWORKS[model][4]
            results.append(compare(Case(model, precision, size, arguments.threads), arguments))
            print(table_row(results[-1]), flush=True)
            if arguments.json:
                arguments.json.write_text(json.dumps(results, indent=1) + "\n")


if __name__ == "__main__":
    main()
