"""Compares what the AutoAugment family costs a picture: topfive, torchvision on uint8 tensors, torchvision on Pillow.

    scripts/compare/setup_peers.sh                # once
    .deps/peers/bin/python scripts/compare/augment.py FOLDER --bench build/release/bin/bench

FOLDER holds JPEG files in class sub-folders. All run on one core with one thread, in turns. torchvision gets the same
pictures scaled to 224x224 beforehand, as tensors or as Pillow's pictures. For topfive the recipe's whole input path is
measured with and without the transform, and the difference is shown.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import torch
from pictures import find_files, is_plain, mirror
from PIL import Image
from torchvision.transforms import InterpolationMode, v2

SIZE = 224
FILL = [124, 116, 104]
TRANSFORMS = {"rand_augment": v2.RandAugment, "trivial_augment_wide": v2.TrivialAugmentWide,
              "auto_augment": v2.AutoAugment}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--bench", type=Path, required=True, help="the program bench of topfive")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2, help="of measuring, per figure and round")
    return parser.parse_args()


def us_per_picture(transform, pictures, seconds):
    transform(pictures[0])
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        transform(pictures[count % len(pictures)])
        count += 1
    return 1e6 * (time.perf_counter() - start) / count


def topfive_us(arguments, root, extra_steps):
    """Of everything between the file and the batch."""
    steps = [{"op": "random_resized_crop", "size": SIZE}, {"op": "horizontal_flip"}, *extra_steps]
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        classes = len(list((root / "files").iterdir()))
        subprocess.run([arguments.bench, "data", "--config", "resnet50.json", "--data", root, "--threads", "1",
                        "--seconds", str(arguments.seconds), "--json", report.name,
                        "--set", f"augment.train={json.dumps(steps)}", "--set", f"model.num_classes={classes}"],
                       check=True, capture_output=True)
        stages = json.loads(Path(report.name).read_text())["stages_us_per_image"]
    return sum(stages[name] for name in ("augment", "decode", "resample"))


def measure(arguments, root, pictures, tensors):
    figures = {}
    base = topfive_us(arguments, root, [])
    for name, make in TRANSFORMS.items():
        for interpolation in ("nearest", "bilinear"):
            step = {"op": name, "interpolation": interpolation, "fill": FILL}
            transform = make(interpolation=InterpolationMode(interpolation), fill=FILL)
            figures[name, interpolation] = (topfive_us(arguments, root, [step]) - base,
                                            us_per_picture(transform, tensors, arguments.seconds),
                                            us_per_picture(transform, pictures, arguments.seconds))
    return figures


def main():
    arguments = parse_arguments()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    files = [path for path in find_files(arguments.folder) if is_plain(path)]
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        mirror(files, root)
        pictures = [Image.open(path).convert("RGB").resize((SIZE, SIZE)) for path in files[:64]]
        tensors = [v2.functional.pil_to_tensor(picture) for picture in pictures]
        rounds = [measure(arguments, root, pictures, tensors) for _ in range(arguments.rounds)]
    print(f"{'us a picture, median of ' + str(arguments.rounds):40} topfive  tensors   Pillow")
    for key in rounds[0]:
        columns = [statistics.median(one[key][i] for one in rounds) for i in range(3)]
        print(f"{' '.join(key):40}" + "".join(f"{value:8.0f} " for value in columns))


if __name__ == "__main__":
    main()
