"""Damages checkpoints: many in one process, some of a real run that then goes on."""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from stress_run import Records, log_hash, run_to_end, train_command, weights_hash, write_recipe


def in_process(program, count, seed, records):
    result = subprocess.run([program, "corrupt", str(count), str(seed)], capture_output=True, text=True, check=False)
    for line in result.stdout.splitlines():
        case = json.loads(line)
        records.add(case["point"], case["outcome"], case["ms"], form="in process")
    if result.returncode not in (0, 1):
        records.add("the program", f"ended with {result.returncode}: {result.stderr[-300:]}", 0)


def by_program(options, work, records):
    """Each time the newest of the run's two checkpoints is damaged, and the run goes on to the same end."""
    recipe = write_recipe(work, 3)
    run_to_end(options.train, recipe, work / "whole")
    expected = (weights_hash(work / "whole"), log_hash(work / "whole"))
    for case in range(options.runs):
        run = work / "damaged"
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(work / "whole", run, symlinks=True)
        begun = time.monotonic()
        damage = subprocess.run([options.program, "damage", str(run / "checkpoints"), str(case), str(options.seed + case)],
                                capture_output=True, text=True, check=True)
        result = subprocess.run(train_command(options.train, recipe, run), capture_output=True, text=True, check=False)
        records.add(damage.stdout.strip(), by_program_outcome(run, result, expected),
                    1000 * (time.monotonic() - begun), form="train")


def by_program_outcome(run, result, expected):
    if result.returncode != 0:
        return f"ended with {result.returncode}: {result.stderr[-300:]}"
    if "trying the one before it" not in result.stderr:
        return "no warning"
    return "detected" if (weights_hash(run), log_hash(run)) == expected else "another end"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--train", required=True)
    parser.add_argument("--count", type=int, default=1000, help="checkpoints damaged in one process")
    parser.add_argument("--runs", type=int, default=50, help="damaged runs that train goes on with")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", help="a line for each case goes here")
    options = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="topfive-damage-"))
    records = Records(options.json, options.seed)
    in_process(options.program, options.count, options.seed, records)
    by_program(options, work, records)
    good = records.summary({"detected"}, in_process=options.count, runs=options.runs)
    shutil.rmtree(work)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
