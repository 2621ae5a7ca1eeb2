"""Kills a training run again and again and compares where it arrives with a run that nobody disturbed."""

import argparse
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from stress_run import (Records, last_records, log_hash, run_to_end, train_command, weights_hash, write_recipe)


def phase_of(run, said):
    """Where the process was when it died."""
    checkpoints = run / "checkpoints"
    names = [entry.name for entry in checkpoints.iterdir()] if checkpoints.exists() else []
    if "output " not in said:
        return "start-up"
    if "input path" not in said:
        return "load"
    if any(name.startswith((".writing-", ".removing-", ".topfive-")) for name in names):
        return "save"
    # The epoch's record is written when its training is done, the evaluation's when that is.
    if any(record.get("event") == "epoch" for record in last_records(run)):
        return "eval"
    return "step"


def wait_for_training(process, stderr):
    """Seconds until the run says that training begins."""
    start = time.monotonic()
    while process.poll() is None and "input path" not in stderr.read_text():
        time.sleep(0.002)
    return time.monotonic() - start


def kill_once(train, recipe, run, rng, window, stderr):
    """Starts the run, kills it at a random moment. The exit code, and what it said."""
    with open(stderr, "w", encoding="utf-8") as out:
        process = subprocess.Popen(train_command(train, recipe, run), stdout=subprocess.DEVNULL, stderr=out)
    if rng.random() < 0.15:
        time.sleep(rng.uniform(0.0, window["start"]))
    else:
        window["start"] = wait_for_training(process, stderr)
        time.sleep(rng.uniform(0.0, window["training"]))
    process.send_signal(signal.SIGKILL)
    return process.wait(), stderr.read_text()


def finish(train, recipe, run, expected, records, begun):
    run_to_end(train, recipe, run)
    found = (weights_hash(run), log_hash(run))
    if found == expected:
        return
    which = "weights" if found[0] != expected[0] else "log"
    records.add("end", f"different {which}", 1000 * (time.monotonic() - begun))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", required=True)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--epochs", type=int, default=40, help="length of the run; 8 steps each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", help="a line for each kill goes here")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    work = pathlib.Path(tempfile.mkdtemp(prefix="topfive-kills-"))
    recipe = write_recipe(work, options.epochs)
    records = Records(options.json, options.seed)
    run_to_end(options.train, recipe, work / "whole")
    expected = (weights_hash(work / "whole"), log_hash(work / "whole"))
    window = {"start": 1.0, "training": 0.3}
    kills = runs = in_save = 0
    while kills < options.kills:
        run = work / f"run-{runs}"
        runs += 1
        code = None
        while code != 0 and kills < options.kills:
            begun = time.monotonic()
            code, said = kill_once(options.train, recipe, run, rng, window, work / "stderr")
            if code == 0:
                break  # It was done before the signal.
            kills += 1
            phase = phase_of(run, said)
            in_save += phase == "save"
            outcome = "killed" if code == -signal.SIGKILL else f"ended with {code}: {said[-300:]}"
            records.add(phase, outcome, 1000 * (time.monotonic() - begun))
        finish(options.train, recipe, run, expected, records, begun)
    good = records.summary({"killed"}, kills=kills, in_save=in_save, runs=runs, phases=records.points,
                           weights_and_logs="equal" if set(records.counts) <= {"killed"} else "see the lines")
    shutil.rmtree(work)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
