"""Fails the ranks of a training run on two hosts in many ways, and looks at what they say and what becomes of the run."""

import argparse
import json
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib

from stress_run import Records, train_command, weights_hash, write_recipe
from two_hosts import Ranks, TwoHosts, why_not

# How often each case is run in the long form; 50 in all.
CASES = {"kill": 20, "stop": 8, "unplug": 6, "flap": 4, "wrong-size": 1, "port-taken": 1, "other-recipe": 1,
         "other-data": 1, "other-program": 1, "disk-full": 2, "kill-main": 2, "straggler": 1, "late": 1, "too-late": 1}
LOST = 76  # the exit code of a rank whose peer is lost


class Bench:
    """What all cases share: the hosts, the recipe, the undisturbed runs they are compared with."""

    def __init__(self, hosts, options, directory):
        self.hosts = hosts
        self.train = options.train
        self.timeout = options.timeout
        self.rng = random.Random(options.seed)
        self.directory = directory
        self.recipe = write_recipe(directory, 40)
        self.whole = {}
        self.runs = 0

    def new_run(self):
        self.runs += 1
        return self.directory / f"run-{self.runs}"

    def command(self, run, more=(), train=None, recipe=None):
        return train_command(train or self.train, recipe or self.recipe, run,
                             ("--set", f"parallel.timeout_seconds={self.timeout}", "--set", "checkpoint.every_steps=10",
                              *more))

    def start(self, run, commands, **more):
        """Ranks of a run, on a port of their own. `commands`: one for each, or how many."""
        if isinstance(commands, int):
            commands = [self.command(run)] * commands
        return Ranks(self.hosts, commands, self.rng.randrange(20000, 30000), self.directory, **more)

    def expected(self, size):
        """The weights of an undisturbed run of so many ranks."""
        if size not in self.whole:
            self.whole[size] = self.finish(self.directory / f"whole-{size}", size)
        return self.whole[size]

    def go_on(self, run, size):
        """What is wrong with the end of a run that goes on, or nothing."""
        found = self.finish(run, size)
        return "" if found == self.expected(size) else "after going on: " + (found if " " in found[:10] else "other weights")

    def finish(self, run, size):
        """Lets the run go on to its end; the hash of its weights, or what went wrong."""
        ranks = self.start(run, size)
        took = ranks.wait(120)
        codes = [rank.code() for rank in ranks]
        ranks.end()
        if took is None or any(codes):
            return f"ended with {codes}: " + " | ".join(rank.error() for rank in ranks)
        return weights_hash(run)

    def wait_for_step(self, run, ranks):
        """Until the run has saved, and some steps more."""
        while not (run / "checkpoints" / "last").exists() and not any(rank.ended() for rank in ranks):
            time.sleep(0.01)
        time.sleep(self.rng.uniform(0.0, 0.7))


def sentence(error):
    return error.removeprefix("train: error: ")


def judge(ranks, took, causes, codes=(LOST,), lost=(), named=None, within=None):
    """What is wrong with the end of these ranks, or nothing. `lost`: those that something was done to; `within`: the
    seconds they may take."""
    if took is None:
        return "still running: " + ", ".join(str(rank.number) for rank in ranks if not rank.ended())
    for rank in ranks:
        if rank.number in lost:
            continue
        if rank.code() not in codes:
            return f"rank {rank.number} ended with {rank.code()}: {rank.error()}"
        if named is not None and f"rank {named}" not in rank.error():
            return f"rank {rank.number} names no rank {named}: {rank.error()}"
        if not any(cause in rank.error() for cause in causes):
            return f"rank {rank.number} gives no cause: {rank.error()}"
    return f"it took {took:.1f} s" if within and took > within else ""


def limit(bench):
    return bench.timeout + 5


def lose(bench, size, victim, act, causes):
    """A running rank is lost by `act`; all others must end, and the run must go on to the same bits."""
    while True:
        run = bench.new_run()
        ranks = bench.start(run, size)
        bench.wait_for_step(run, ranks)
        act(ranks)
        took = ranks.wait(limit(bench) + 10, besides=(victim,))
        if took is not None and all(rank.code() == 0 for rank in ranks if rank.number != victim):
            ranks.end()
            continue  # It was done before.
        wrong = judge(ranks, took, causes, lost=(victim,), named=victim, within=limit(bench))
        ranks.end()
        bench.hosts.plug()
        wrong = wrong or bench.go_on(run, size)
        return ranks, took, wrong


def kill(bench):
    size = bench.rng.choice((2, 2, 4))
    victim = bench.rng.randrange(size)
    return lose(bench, size, victim, lambda ranks: ranks[victim].signal(signal.SIGKILL),
                ("ended without a word", "has not been heard of"))


def kill_main(bench):
    return lose(bench, 4, 0, lambda ranks: ranks[0].signal(signal.SIGKILL), ("ended without a word",))


def stop(bench):
    size = bench.rng.choice((2, 2, 4))
    victim = bench.rng.randrange(size)
    return lose(bench, size, victim, lambda ranks: ranks[victim].signal(signal.SIGSTOP), ("has not been heard of",))


def unplug(bench):
    """Neither host hears of the other: each side misses the other's rank."""
    run = bench.new_run()
    ranks = bench.start(run, 2)
    bench.wait_for_step(run, ranks)
    bench.hosts.unplug()
    took = ranks.wait(limit(bench) + 10)
    wrong = judge(ranks, took, ("has not been heard of",), within=limit(bench))
    for rank in ranks:
        if not wrong and f"rank {1 - rank.number} has not" not in rank.error():
            wrong = f"rank {rank.number} does not name the other: {rank.error()}"
    ranks.end()
    bench.hosts.plug()
    wrong = wrong or bench.go_on(run, 2)
    return ranks, took, wrong


def survive(bench, size, trouble):
    """A trouble shorter than the time-out: the run ends as if nothing had been."""
    expected = bench.expected(size)
    run = bench.new_run()
    ranks = bench.start(run, size)
    bench.wait_for_step(run, ranks)
    trouble(ranks)
    took = ranks.wait(60)
    wrong = judge(ranks, took, ("",), codes=(0,))
    ranks.end()
    if not wrong and weights_hash(run) != expected:
        wrong = "other weights"
    return ranks, took, wrong


def flap(bench):
    def trouble(_):
        bench.hosts.unplug()
        time.sleep(2)
        bench.hosts.plug()
    return survive(bench, 2, trouble)


def straggler(bench):
    def trouble(ranks):
        ranks[1].signal(signal.SIGSTOP)
        time.sleep(bench.timeout / 2)
        ranks[1].signal(signal.SIGCONT)
    return survive(bench, 2, trouble)


def late(bench):
    expected = bench.expected(2)
    run = bench.new_run()
    ranks = bench.start(run, 2, late=bench.timeout / 2)
    took = ranks.wait(60)
    wrong = judge(ranks, took, ("",), codes=(0,))
    ranks.end()
    return ranks, took, wrong or ("" if weights_hash(run) == expected else "other weights")


def refuse(bench, commands, causes, codes=(78, LOST), **more):
    """The run must not begin; every rank says why."""
    run = bench.new_run()
    started = time.monotonic()
    ranks = bench.start(run, [command(run) for command in commands], **more)
    took = ranks.wait(limit(bench) + 10)
    wrong = judge(ranks, took, causes, codes)
    ranks.end()
    took = time.monotonic() - started - more.get("late", 0.0)
    if not wrong and took > limit(bench):
        wrong = f"it took {took:.1f} s"
    if not wrong and (run / "checkpoints" / "last").exists():
        wrong = "it trained"
    return ranks, took, wrong


def too_late(bench):
    return refuse(bench, [bench.command] * 2, ("did not come", "not all of the 2 ranks came", "does not answer"),
                  late=bench.timeout + 3)


def wrong_size(bench):
    return refuse(bench, [bench.command] * 2, ("not all of the 4 ranks came",), size=4)


def port_taken(bench):
    """Somebody else listens where rank 0 wants to; the other ranks find a stranger there, or nobody."""
    port = bench.rng.randrange(30000, 32000)
    stranger = subprocess.Popen(
        bench.hosts.command(0, [sys.executable, "-c", "import socket, time; s = socket.create_server((''," f"{port}"
                                ")); time.sleep(60)"]))
    time.sleep(0.5)
    run = bench.new_run()
    ranks = Ranks(bench.hosts, [bench.command(run)] * 2, port, bench.directory)
    took = ranks.wait(limit(bench) + 10)
    stranger.kill()
    stranger.wait()
    wrong = judge(ranks, took, ("cannot listen", "did not come", "came within", "does not answer"), (78, LOST),
                  within=limit(bench))
    ranks.end()
    if not wrong and "cannot listen" not in ranks[0].error():
        wrong = "rank 0 does not say that the port is taken: " + ranks[0].error()
    return ranks, took, wrong


def write_pictures(folder, count):
    """Grey PNG files of 28x28: `count` in each of four classes of train/ and val/."""
    def chunk(kind, data):
        return (len(data)).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    for split in ("train", "val"):
        for number in range(4):
            directory = folder / split / f"class-{number}"
            directory.mkdir(parents=True, exist_ok=True)
            for i in range(count):
                rows = (b"\0" + bytes([40 * number + i]) * 28) * 28
                header = (28).to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
                (directory / f"{i}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) +
                                                     chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def other_recipe(bench):
    return refuse(bench, [bench.command, lambda run: bench.command(run, ("--set", "train.seed=6"))],
                  ("rank 1 does not agree with rank 0 on the recipe",))


def other_data(bench):
    """The same recipe beside two folders of pictures, one with a picture more in each class."""
    recipe = json.loads(bench.recipe.read_text())
    recipe["data"]["type"] = "image_folder"
    recipe["augment"]["eval"] = [{"op": "center_crop", "size": 28}]
    commands = []
    for count in (8, 9):
        folder = bench.directory / f"pictures-{count}"
        write_pictures(folder, count)
        (folder / "recipe.json").write_text(json.dumps(recipe))
        commands.append(lambda run, folder=folder: bench.command(run, recipe=folder / "recipe.json"))
    return refuse(bench, commands, ("rank 1 does not agree with rank 0 on the training data",))


def other_program(bench):
    """A copy of the program that says it was built from another commit."""
    said = subprocess.run([bench.train, "--version"], capture_output=True, text=True, check=True).stdout
    commit = re.search(r"\(([0-9a-f]{12})", said).group(1).encode()
    program = bench.directory / "other-train"
    program.write_bytes(pathlib.Path(bench.train).read_bytes().replace(commit, commit[::-1]))
    program.chmod(0o755)
    return refuse(bench, [bench.command, lambda run: bench.command(run, train=program)],
                  ("rank 1 does not agree with rank 0 on the version of this program",))


def disk_full(bench):
    """Rank 0's disk takes a little, then nothing."""
    run = bench.new_run()
    run.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m", "tmpfs", str(run)], check=True)
    try:
        ranks = bench.start(run, 2)
        bench.wait_for_step(run, ranks)
        started = time.monotonic()
        with open(run / "ballast", "wb") as ballast:
            try:
                while True:
                    ballast.write(b"x" * 65536)
                    ballast.flush()
            except OSError:
                pass
        took = ranks.wait(limit(bench) + 10)
        wrong = judge(ranks, took, ("No space left",), codes=(74, LOST))
        if not wrong and ("rank 0 failed" not in ranks[1].error() or ranks[0].code() != 74):
            wrong = f"rank 1 does not name rank 0, or its code is not 74: {ranks[1].error()}"
        ranks.end()
        (run / "ballast").unlink()
        took = time.monotonic() - started
        wrong = wrong or bench.go_on(run, 2)
        return ranks, took, wrong
    finally:
        subprocess.run(["umount", "-l", str(run)], check=False)


ACTS = {"kill": kill, "stop": stop, "unplug": unplug, "flap": flap, "wrong-size": wrong_size,
        "port-taken": port_taken, "other-recipe": other_recipe, "other-data": other_data,
        "other-program": other_program, "disk-full": disk_full, "kill-main": kill_main, "straggler": straggler,
        "late": late, "too-late": too_late}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", required=True)
    parser.add_argument("--short", action="store_true", help="one case of each kind")
    parser.add_argument("--only", choices=sorted(CASES))
    parser.add_argument("--timeout", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", help="a line for each case goes here")
    options = parser.parse_args()
    reason = why_not()
    if reason:
        print("SKIPPED:", reason)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # which takes the hosts away
    directory = pathlib.Path(tempfile.mkdtemp(prefix="topfive-ranks-"))
    records = Records(options.json, options.seed)
    names = [options.only] if options.only else list(CASES)
    with TwoHosts() as hosts:
        bench = Bench(hosts, options, directory)
        for name in names:
            for _ in range(1 if options.short else CASES[name]):
                ranks, took, wrong = ACTS[name](bench)
                said = {str(rank.number): sentence(rank.error()) for rank in ranks}
                codes = [rank.code() for rank in ranks]
                records.add(name, "failed: " + wrong if wrong else "as promised", 1000 * (took or 0), ranks=len(ranks),
                            exit_codes=codes, messages=said)
                if wrong:
                    print(f"{name}: {wrong}", file=sys.stderr)
    good = records.summary({"as promised"}, points=records.points, timeout_seconds=options.timeout)
    shutil.rmtree(directory)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
