"""Compares the pixels of every evaluation preset with torchvision's, on a folder of photos; see eval_exactness.sh."""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import pictures
import PIL
import torchvision
from loaders import recipe
from PIL import Image
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, PILToTensor, Resize

# Resized shorter side, crop, filter: those of all weights that torchvision publishes for the networks that we have.
PRESETS = [(256, 224, "bilinear"), (232, 224, "bilinear"), (242, 224, "bilinear"), (384, 384, "bicubic"),
           (224, 224, "bicubic"), (512, 512, "bicubic"), (518, 518, "bicubic")]


def preset_recipe(classes, resize, crop, filter_name):
    config = recipe(classes)
    config["augment"]["eval"] = [{"op": "resize_shorter_side", "size": resize, "filter": f"pil_{filter_name}"},
                                 {"op": "center_crop", "size": crop}]
    return config


def our_pixels(bench, root, classes, preset):
    """[N, H, W, 3], in the order of classes and file names."""
    config, target = root / "recipe.json", root / "pixels.bin"
    config.write_text(json.dumps(preset_recipe(classes, *preset)))
    subprocess.run([str(bench), "pixels", "--config", str(config), "--data", str(root), "--out", str(target)],
                   check=True, stdout=subprocess.DEVNULL)
    return numpy.memmap(target, numpy.uint8, mode="r").reshape(-1, preset[1], preset[1], 3)


def their_pixels(path, resize, crop, filter_name):
    chain = Compose([Resize(resize, InterpolationMode(filter_name)), CenterCrop(crop), PILToTensor()])
    with Image.open(path) as image:
        return chain(image.convert("RGB")).permute(1, 2, 0).numpy()


def compare(bench, root, files, preset):
    """The largest difference, and how many pictures differ at all."""
    ours = our_pixels(bench, root, len({f.parent.name for f in files}), preset)
    if len(ours) != len(files):
        sys.exit(f"error: {len(ours)} pictures were written for {len(files)} files")
    largest, differing = 0, 0
    for mine, path in zip(ours, files):
        delta = int(numpy.abs(mine.astype(int) - their_pixels(path, *preset).astype(int)).max())
        largest, differing = max(largest, delta), differing + (delta > 0)
    return largest, differing


def main():
    parser = argparse.ArgumentParser(prog="eval_exactness.sh", description=__doc__)
    parser.add_argument("folder", type=Path, help="JPEG files in class sub-folders")
    parser.add_argument("--bench", type=Path, required=True)
    arguments = parser.parse_args()
    found = pictures.find_files(arguments.folder)
    if not found:
        sys.exit(f"error: no JPEG files in class sub-folders of {arguments.folder}")
    worst = 0
    with tempfile.TemporaryDirectory(prefix="topfive-exactness-") as scratch:
        root = Path(scratch)
        files = pictures.mirror(found, root)
        print(f"{len(files)} photos, torchvision {torchvision.__version__}, Pillow {PIL.__version__}\n\n"
              "| resize | crop | filter | largest difference | pictures that differ |\n|---|---|---|---|---|")
        for preset in PRESETS:
            largest, differing = compare(arguments.bench, root, files, preset)
            worst = max(worst, largest)
            print(f"| {preset[0]} | {preset[1]} | {preset[2]} | {largest} | {differing} |", flush=True)
    sys.exit(0 if worst == 0 else 1)


if __name__ == "__main__":
    main()
