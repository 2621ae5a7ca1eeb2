#!/usr/bin/env python3
"""Runs clang-tidy on every source of a compile database, several sources to one translation unit.

clang-tidy 14 spends nearly all of its time in the headers of LibTorch (about 45 s per translation unit, and again
for each), so checking sources one by one would take half an hour. This script writes small files that include up to
a few dozen sources each and checks those. Sources whose file-local names clash go to different units; should a unit
fail to compile all the same, the sources named in the errors are checked one by one.

A source that passed is not checked again until it, one of our headers that it includes, its compile command,
.clang-tidy or clang-tidy itself changes.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAX_SOURCES_PER_UNIT = 40
OWN_CODE = r"(^|/)(lib/topfive|apps|tests)/.*\.(h|cpp)$"
FINDING = re.compile(r"^(?P<file>/[^:]+):\d+:\d+: (?:error|warning): .*\[(?P<check>[^\]]+)\]$")


@dataclass
class Source:
    path: Path
    flags: list
    key: str = ""
    own_files: set = field(default_factory=set)  # itself and our own headers that it includes
    local_names: set = field(default_factory=set)

    @property
    def name(self):
        return os.path.relpath(self.path, ROOT)

    @property
    def uses_torch(self):
        return any("torch/csrc/api/include" in flag for flag in self.flags)


def portable_flags(command):
    """Include paths, definitions and the language standard: the flags that g++ and clang read alike."""
    words, flags = shlex.split(command), []
    for index, word in enumerate(words):
        if word in ("-isystem", "-I", "-D"):
            flags.append(word + " " + words[index + 1])
        elif re.match(r"-(I|D|std=).", word):
            flags.append(word)
    return flags


def read_sources(database):
    sources = []
    for entry in json.loads(database.read_text()):
        path = Path(entry["directory"], entry["file"]).resolve()
        command = entry.get("command") or shlex.join(entry["arguments"])
        if re.search(OWN_CODE, str(path)) and path.exists():
            sources.append(Source(path, portable_flags(command)))
    return sorted({source.path: source for source in sources}.values(), key=lambda source: source.path)


INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def own_includes(path, seen):
    """The file and, recursively, our own headers that it includes. Adds to `seen`: path -> content."""
    if path in seen or not path.is_file():
        return
    seen[path] = path.read_bytes()
    for name in INCLUDE.findall(seen[path]):
        for directory in (path.parent, ROOT / "lib", ROOT / "tests", ROOT / "apps"):
            own_includes((directory / name.decode()).resolve(), seen)


def find_own_files_and_key(source, common):
    contents = {}
    own_includes(source.path, contents)
    source.own_files = {str(path) for path in contents}
    digest = hashlib.sha256(common)
    digest.update("\n".join(source.flags).encode())
    for path in sorted(contents):
        digest.update(os.path.relpath(path, ROOT).encode() + b"\0" + contents[path])
    source.key = digest.hexdigest()


# In the house format nothing inside a namespace is indented, so a declaration starts in the first column; its name is
# what stands before the first bracket, "=" or ";".
DECLARATION = re.compile(r"^(?:struct|class|enum class|enum) (\w+)|"
                         r"^(?!\}|//|#|using|namespace|return|static_assert|TEST_CASE|TEMPLATE_)"
                         r"[\w\[].*?(\w+)(?:\[\w*\])?\s*[({;=]")


def local_names(text):
    """The names that a source declares in unnamed namespaces or as static. One too many does no harm."""
    names, inside = set(), False
    for line in text.splitlines():
        if line in ("namespace {", "}  // namespace"):
            inside = line == "namespace {"
        elif inside or line.startswith("static "):
            match = DECLARATION.match(line)
            if match:
                names.add(match.group(1) or match.group(2))
    return names


def pack(sources, unit_count):
    """Spreads sources over units so that no unit sees one local name twice; opens more units if it must."""
    units = [[] for _ in range(max(1, unit_count))]
    for source in sources:
        source.local_names = local_names(source.path.read_text(errors="replace"))
        for unit in sorted(units[:unit_count], key=len) + units[unit_count:]:
            if len(unit) < MAX_SOURCES_PER_UNIT and all(not source.local_names & other.local_names for other in unit):
                unit.append(source)
                break
        else:
            units.append([source])
    return [unit for unit in units if unit]


def plan_units(sources, jobs):
    units = []
    for group in ([s for s in sources if s.uses_torch], [s for s in sources if not s.uses_torch]):
        units += sorted(pack(group, min(jobs, (len(group) + 3) // 4)), key=len, reverse=True)
    return units


# What clang-tidy and clang say about warnings in foreign headers, which nobody asked for.
NOISE = re.compile(r"^(\d+ warnings?( and \d+ errors?)? generated\.|Suppressed .*|Use -header-filter.*"
                   r"|Error while processing.*)$")


def run_unit(tidy, unit, directory):
    """Checks one unit. Returns (clang-tidy succeeded, its findings as text)."""
    flags = list(dict.fromkeys(flag for source in unit for flag in source.flags))
    names = " ".join(source.name for source in unit)
    unit_file = directory / f"unit_{hashlib.sha256(names.encode()).hexdigest()[:16]}.cpp"
    unit_file.write_text("".join(f'#include "{source.path}"\n' for source in unit))
    command = [tidy, "--quiet", f"--config-file={ROOT / '.clang-tidy'}", f"--header-filter={OWN_CODE}", str(unit_file),
               "--", "-ferror-limit=0", *(word for flag in flags for word in flag.split(" ", 1))]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    unit_file.unlink()
    lines = [line for line in (result.stdout + result.stderr).splitlines() if not NOISE.match(line)]
    return result.returncode == 0, "\n".join(lines)


def sources_that_do_not_compile(unit, output):
    broken = {match["file"] for line in output.splitlines()
              if (match := FINDING.match(line)) and match["check"].startswith("clang-diagnostic")}
    return [source for source in unit if str(source.path) in broken]


def sources_without_findings(unit, output):
    """Of a unit that compiles: the sources that have no finding, neither in themselves nor in a header of ours."""
    if "[clang-diagnostic" in output:
        return []
    files = {os.path.realpath(match["file"]) for line in output.splitlines() if (match := FINDING.match(line))}
    return [source for source in unit if files and not files & source.own_files]


def check(tidy, units, directory, jobs, passed):
    """Checks units, and one by one the sources that clash with others. Returns the findings."""
    findings, again = [], []

    def timed(unit):
        start = time.monotonic()
        ok, output = run_unit(tidy, unit, directory)
        return unit, ok, output, time.monotonic() - start

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for future in concurrent.futures.as_completed([pool.submit(timed, unit) for unit in units]):
            unit, ok, output, seconds = future.result()
            clashing = sources_that_do_not_compile(unit, output) if len(unit) > 1 else []
            label = unit[0].name if len(unit) == 1 else f"{len(unit)} sources from {unit[0].name} on"
            print(f"   {seconds:5.1f} s  {'ok' if ok else 'again' if clashing else 'FINDINGS'}  {label}", flush=True)
            if ok:
                passed(unit)
            elif clashing:
                rest = [source for source in unit if source not in clashing]
                again += [[source] for source in clashing] + ([rest] if rest else [])
            else:
                findings.append(output or f"clang-tidy ended with an error on {label} and said nothing")
                passed(sources_without_findings(unit, output))
    return findings + (check(tidy, again, directory, jobs, passed) if again else [])


def parse_arguments():
    parser = argparse.ArgumentParser(description="clang-tidy over a compile database, with a cache")
    parser.add_argument("--compile-commands", type=Path, required=True)
    parser.add_argument("--cache", type=Path, required=True, help="directory that remembers what passed")
    parser.add_argument("--clang-tidy", default="clang-tidy")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    version = subprocess.run([arguments.clang_tidy, "--version"], capture_output=True, check=True).stdout
    common = version + (ROOT / ".clang-tidy").read_bytes() + Path(__file__).read_bytes()
    (arguments.cache / "passed").mkdir(parents=True, exist_ok=True)
    sources = read_sources(arguments.compile_commands)
    for source in sources:
        find_own_files_and_key(source, common)
    stale = [source for source in sources if not (arguments.cache / "passed" / source.key).exists()]
    print(f"   {len(sources)} sources, {len(sources) - len(stale)} unchanged since they passed", flush=True)

    def passed(unit):
        for source in unit:
            (arguments.cache / "passed" / source.key).touch()

    findings = check(arguments.clang_tidy, plan_units(stale, arguments.jobs), arguments.cache, arguments.jobs, passed)
    print("\n".join(dict.fromkeys(findings)), end="\n" if findings else "", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
