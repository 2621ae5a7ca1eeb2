"""Lets every system call of a save fail once, by strace, in a process of its own each time."""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from stress_run import Records

CALLS = ("openat", "read", "write", "fsync", "close", "rename", "mkdir", "symlink", "readlink", "unlink", "rmdir",
         "getdents64", "newfstatat", "faccessat", "faccessat2")
FAULTS = {"EIO": "Input/output error", "ENOSPC": "No space left on device", "EINTR": "Interrupted system call",
          "EMFILE": "Too many open files", "EDQUOT": "Disk quota exceeded", "SIGKILL": ""}
EXIT_CODES = (0, 65, 66, 73, 74)


def save(program, directory, inject=()):
    command = ["strace", "-f", "-qq", "-o", str(directory.parent / "trace"), "-e", "trace=" + ",".join(CALLS), *inject,
               str(program), "save", str(directory), "3"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def newest(program, directory):
    result = subprocess.run([str(program), "newest", str(directory)], capture_output=True, text=True, check=False)
    return int(result.stdout) if result.returncode == 0 else -1


def calls_of_a_save(program, start, work):
    """(call, which one of its kind) for everything between the opening of the store and the end."""
    directory = work / "count" / "checkpoints"
    shutil.copytree(start, directory, symlinks=True)
    if save(program, directory).returncode != 0:
        sys.exit("error: the program cannot save even if nothing fails")
    counts, found, begun = {}, [], False
    for line in (directory.parent / "trace").read_text().splitlines():
        match = re.match(r"\d+\s+(\w+)\(", line)
        if not match:
            continue
        call = match.group(1)
        counts[call] = counts.get(call, 0) + 1
        begun = begun or str(directory) in line
        if begun:
            found.append((call, counts[call]))
    return found


def outcome_of(program, directory, fault, result):
    number = newest(program, directory)
    if number not in (2, 3):
        return f"newest is {number}"
    if result.returncode == 0:
        return "saved" if number == 3 else "said saved, is not"
    if fault == "SIGKILL":
        return "old" if number == 2 else "new"
    if result.returncode not in EXIT_CODES:
        return f"exit code {result.returncode}"
    if str(directory) not in result.stderr or FAULTS[fault] not in result.stderr:
        return "unclear message: " + result.stderr.strip()[:200]
    return "old" if number == 2 else "new"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", required=True)
    parser.add_argument("--every", type=int, default=1, help="only every so-manieth call")
    parser.add_argument("--json", help="a line for each case goes here")
    options = parser.parse_args()
    work = pathlib.Path(tempfile.mkdtemp(prefix="topfive-faults-"))
    start = work / "start" / "checkpoints"
    subprocess.run([options.program, "save", str(start), "1", "2"], check=True, stdout=subprocess.DEVNULL)
    records = Records(options.json, 0)
    points = calls_of_a_save(options.program, start, work)
    for fault in FAULTS:
        for call, number in points[:: options.every]:
            directory = work / "case" / "checkpoints"
            shutil.rmtree(directory.parent, ignore_errors=True)
            shutil.copytree(start, directory, symlinks=True)
            what = "signal=KILL" if fault == "SIGKILL" else f"error={fault}"
            begun = time.monotonic()
            result = save(options.program, directory, ("-e", f"inject={call}:{what}:when={number}"))
            outcome = outcome_of(options.program, directory, fault, result)
            records.add(f"{call} {number}", outcome, 1000 * (time.monotonic() - begun), fault=fault)
    good = records.summary({"saved", "old", "new"}, calls=len(points), faults=list(FAULTS))
    shutil.rmtree(work)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
