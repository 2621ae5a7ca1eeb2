"""Medians, ratios round by round, and the table."""

import os
import platform
from datetime import datetime, timezone
from pathlib import Path
from statistics import median

OURS = "topfive"


def machine():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {"cpu": names[0] if names else platform.processor(), "cores_of_the_machine": os.cpu_count(),
            "system": platform.platform(), "date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "load_average": os.getloadavg()[0]}


def spread(values):
    return {"median": median(values), "least": min(values), "most": max(values)}


def ratios(loader, ours, key):
    """Ours over theirs within each round, so that a slow minute of the machine cancels."""
    if ours is None or not ours.rounds:
        return None
    return spread([mine[key] / theirs[key] for mine, theirs in zip(ours.rounds, loader.rounds)])


def row(loader, ours, difference):
    keys = ("images_per_cpu_second", "images_per_second")
    return {"name": loader.name, "title": loader.title, "notes": loader.notes, "versions": loader.versions,
            "cores": loader.cores, "pixels": difference, "rounds": loader.rounds,
            **{key: spread([r[key] for r in loader.rounds]) for key in keys},
            "ours_over_this": {key: ratios(loader, ours, key) for key in keys}}


def summarise(kind, facts, loaders, differences):
    ours = next((loader for loader in loaders if loader.name == OURS), None)
    rows = [row(loader, ours, differences.get(loader.name, {})) for loader in loaders if loader.rounds]
    rows.sort(key=lambda r: -r["images_per_cpu_second"]["median"])
    return {"files": kind, "pictures": facts, "machine": machine(), "loaders": rows}


def pixel_cells(difference):
    if "max" not in difference:
        return "not compared", ""
    mark = "" if difference["compared"] == "windows" else " (1)"
    return f"{difference['max']}{mark}", f"{difference['mean']:.3f}"


def table_row(entry):
    cpu, wall = entry["images_per_cpu_second"], entry["images_per_second"]
    ratio = entry["ours_over_this"]["images_per_cpu_second"]
    cells = [entry["title"], f"{cpu['median']:.0f}", f"{cpu['least']:.0f}-{cpu['most']:.0f}", f"{wall['median']:.0f}",
             f"{ratio['median']:.2f}" if ratio else "", *pixel_cells(entry["pixels"]), entry["notes"]]
    return "| " + " | ".join(cells) + " |"


def two_threads(rows):
    """The gain of a second thread on a second core, in pictures per second of the clock."""
    more = next((r for r in rows if r["name"] == "topfive_2_threads"), None)
    if more is None:
        return []
    inverse = more["ours_over_this"]["images_per_second"]
    return [f"Two threads on two cores give {1 / inverse['median']:.2f} times one "
            f"({1 / inverse['most']:.2f}-{1 / inverse['least']:.2f})."]


def table(result):
    pictures, computer = result["pictures"], result["machine"]
    versions = {name: text for entry in result["loaders"] for name, text in entry["versions"].items()}
    lines = [
        f"## {result['files']}", "",
        f"{pictures['files']} files, mean {pictures['mean_width']:.0f}x{pictures['mean_height']:.0f}, "
        f"{pictures['mean_bytes'] / 1000:.0f} kB, median {pictures['median_bits_per_pixel']:.1f} bits a pixel. "
        f"{computer['cpu']}, one core, {computer['date']}.", "",
        "| loader | img/CPU-s | least-most | img/s | ours/this | max diff | mean diff | what it does |",
        "|---|---|---|---|---|---|---|---|",
        *[table_row(entry) for entry in result["loaders"]], "",
        *two_threads(result["loaders"]),
        "Differences from Pillow's pixels in uint8, over a fixed list of windows; (1) whole pictures scaled, because "
        "windows cannot be given.",
        "Versions: " + ", ".join(f"{name} {text}" for name, text in sorted(versions.items())) + ".", ""]
    return "\n".join(lines)
