"""Writes torchvision_rules.json: the geometry of torchvision's transforms.

Resize and CenterCrop for random sizes, by their published rules, and histograms of the windows that torchvision's own
RandomResizedCrop draws. Run: pip install torch==2.14.1 torchvision==0.29.1; python torchvision_rules.py
"""

import json
import random
from pathlib import Path

import torch
import torchvision
from PIL import Image
from torchvision.transforms import RandomResizedCrop

DRAWS = 100_000
BINS = 10
PICTURES = [(500, 375), (375, 500), (64, 64), (40, 31), (7, 5), (300, 20), (20, 300), (1, 1), (3, 50)]


def shorter_side(width, height, size):
    short, long = min(width, height), max(width, height)
    longer = int(size * long / short)
    return (size, longer) if width <= height else (longer, size)


def center_offset(length, size):
    if length < size:
        return -((size - length) // 2)
    return int(round((length - size) / 2.0))


def window(picture):
    """torchvision's own draw; it only asks the picture for its size."""
    top, left, height, width = RandomResizedCrop.get_params(picture, scale=[0.08, 1.0], ratio=[3 / 4, 4 / 3])
    return left, top, width, height


def bin_of(value, most):
    return min(BINS - 1, BINS * value // most)


def histograms(width, height):
    picture = Image.new("L", (width, height))
    counts = {name: [0] * BINS for name in ("left", "top", "width", "height", "area", "aspect")}
    for _ in range(DRAWS):
        left, top, w, h = window(picture)
        counts["left"][bin_of(left, width)] += 1
        counts["top"][bin_of(top, height)] += 1
        counts["width"][bin_of(w, width)] += 1
        counts["height"][bin_of(h, height)] += 1
        counts["area"][bin_of(w * h, width * height)] += 1
        counts["aspect"][bin_of(w, w + h)] += 1
    return {"picture": (width, height), "counts": counts}


def geometry_case(rng):
    width, height, size = rng.randint(1, 700), rng.randint(1, 700), rng.randint(1, 400)
    return {"picture": (width, height), "size": size, "shorter_side": shorter_side(width, height, size),
            "center": (center_offset(width, size), center_offset(height, size))}


def main():
    rng = random.Random(2015)
    torch.manual_seed(2015)
    geometry = ",\n".join(json.dumps(geometry_case(rng)) for _ in range(200))
    crops = ",\n".join(json.dumps(histograms(*picture)) for picture in PICTURES)
    made_by = f"torchvision {torchvision.__version__.split('+')[0]}"
    text = (f'{{"made_by": "{made_by}", "draws": {DRAWS}, "geometry": [\n{geometry}\n], '
            f'"random_resized_crop": [\n{crops}\n]}}\n')
    Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main()
