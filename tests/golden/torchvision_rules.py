"""Writes torchvision_rules.json: the geometry of torchvision's transforms, computed by its published rules.

Resize and CenterCrop for random sizes, and for RandomResizedCrop histograms of the windows that the rule draws with
Python's own random numbers. Run: python torchvision_rules.py
"""

import json
import math
import random
from pathlib import Path

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


def window(rng, width, height, scale=(0.08, 1.0), ratio=(3 / 4, 4 / 3)):
    for _ in range(10):
        target = width * height * rng.uniform(*scale)
        aspect = math.exp(rng.uniform(math.log(ratio[0]), math.log(ratio[1])))
        w, h = int(round(math.sqrt(target * aspect))), int(round(math.sqrt(target / aspect)))
        if 0 < w <= width and 0 < h <= height:
            top, left = rng.randint(0, height - h), rng.randint(0, width - w)
            return left, top, w, h
    w, h = width, height
    if width / height < ratio[0]:
        h = int(round(w / ratio[0]))
    elif width / height > ratio[1]:
        w = int(round(h * ratio[1]))
    return (width - w) // 2, (height - h) // 2, w, h


def bin_of(value, most):
    return min(BINS - 1, BINS * value // most)


def histograms(rng, width, height):
    counts = {name: [0] * BINS for name in ("left", "top", "width", "height", "area", "aspect")}
    for _ in range(DRAWS):
        left, top, w, h = window(rng, width, height)
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
    geometry = ",\n".join(json.dumps(geometry_case(rng)) for _ in range(200))
    crops = ",\n".join(json.dumps(histograms(rng, *picture)) for picture in PICTURES)
    text = f'{{"draws": {DRAWS}, "geometry": [\n{geometry}\n], "random_resized_crop": [\n{crops}\n]}}\n'
    Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main()
