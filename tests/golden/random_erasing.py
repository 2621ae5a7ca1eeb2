"""Writes random_erasing.json: histograms of the rectangles that torchvision's RandomErasing draws.

Run: pip install torchvision==0.29.1; python random_erasing.py
"""

import json
from pathlib import Path

import torch
import torchvision
from torchvision.transforms import RandomErasing

DRAWS = 10000
BINS = 10
PICTURES = [(224, 224), (32, 32), (120, 30)]  # width, height


def bin_of(value, most):
    return min(BINS - 1, BINS * value // most)


def histograms(width, height):
    counts = {name: [0] * BINS for name in ("left", "top", "width", "height", "area", "aspect")}
    picture = torch.zeros(3, height, width)
    for _ in range(DRAWS):
        top, left, h, w, _ = RandomErasing.get_params(picture, (0.02, 0.33), (0.3, 3.3), [0.0])
        if (h, w) == (height, width):  # nothing fits
            continue
        for name, value, most in (("left", left, width), ("top", top, height), ("width", w, width),
                                  ("height", h, height), ("area", w * h, width * height),
                                  ("aspect", w, max(1, w + h))):
            counts[name][bin_of(value, most)] += 1
    return counts


def main():
    torch.manual_seed(2017)
    cases = [{"picture": picture, "counts": histograms(*picture)} for picture in PICTURES]
    lines = ",\n".join(json.dumps(case) for case in cases)
    text = f'{{"made_by": "torchvision {torchvision.__version__}", "draws": {DRAWS}, "cases": [\n{lines}\n]}}\n'
    Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main()
