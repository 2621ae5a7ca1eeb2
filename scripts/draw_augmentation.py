"""Draws docs/images/augmentation.svg: one made-up picture after each operation of the AutoAugment family, computed by
torchvision, whose pixels topfive's operations have.

Run: .deps/peers/bin/python scripts/draw_augmentation.py
"""

from collections import defaultdict
from pathlib import Path

import numpy
import torch
from torchvision.transforms import InterpolationMode, autoaugment

SIDE, SCALE, COLUMNS = 32, 4, 5
OPERATIONS = [("Identity", 0), ("ShearX", 0.3), ("ShearY", 0.3), ("TranslateX", 9), ("TranslateY", 9), ("Rotate", 30.0),
              ("Brightness", 0.5), ("Color", -0.9), ("Contrast", 0.8), ("Sharpness", 0.9), ("Posterize", 2),
              ("Solarize", 110.0), ("AutoContrast", 0), ("Equalize", 0), ("Invert", 0)]


def made_up_picture():
    """Sky, ground, a house and a sun, pale enough that contrast has something to do."""
    y, x = numpy.mgrid[0:SIDE, 0:SIDE]
    picture = numpy.zeros((SIDE, SIDE, 3), numpy.uint8)
    picture[:] = (120, 150, 190)
    picture[(y // 4) % 2 == 1] = (130, 160, 196)
    picture[y > 22] = (90, 130, 80)
    picture[(abs(x - 20) < 8) & (y > 13) & (y < 27)] = (170, 110, 90)
    picture[(abs(x - 20) < y - 4) & (y > 4) & (y <= 13)] = (110, 70, 70)
    picture[(abs(x - 20) < 2) & (y > 19) & (y < 27)] = (70, 60, 60)
    picture[(x - 6) ** 2 + (y - 6) ** 2 < 14] = (215, 205, 120)
    return torch.from_numpy(picture).permute(2, 0, 1).contiguous()


def paths(pixels):
    """Runs of one colour in a row as rectangles, one path a colour."""
    runs = defaultdict(str)
    for y, row in enumerate(pixels):
        start = 0
        for x in range(1, SIDE + 1):
            if x == SIDE or (row[x] != row[start]).any():
                runs["#%02x%02x%02x" % tuple(row[start])] += f"M{start} {y}h{x - start}v1h{start - x}z"
                start = x
    return "".join(f'<path fill="{colour}" d="{d}"/>' for colour, d in runs.items())


def cell(index, name, magnitude, picture):
    result = autoaugment._apply_op(picture, name, magnitude, InterpolationMode.NEAREST, [128, 128, 128])
    left = 10 + index % COLUMNS * (SIDE * SCALE + 12)
    top = 10 + index // COLUMNS * (SIDE * SCALE + 30)
    text = f'<text x="{left}" y="{top + SIDE * SCALE + 15}">{name}</text>'
    drawn = paths(result.permute(1, 2, 0).numpy())
    return f'<g transform="translate({left} {top}) scale({SCALE})" shape-rendering="crispEdges">{drawn}</g>{text}'


def main():
    picture = made_up_picture()
    cells = [cell(i, name, magnitude, picture) for i, (name, magnitude) in enumerate(OPERATIONS)]
    width = 10 + COLUMNS * (SIDE * SCALE + 12)
    height = 10 + -(-len(cells) // COLUMNS) * (SIDE * SCALE + 30)
    svg = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
           f'font-size="13">\n<rect width="{width}" height="{height}" fill="#ffffff"/>\n' + "\n".join(cells) + "\n</svg>\n")
    target = Path(__file__).resolve().parent.parent / "docs" / "images" / "augmentation.svg"
    target.write_text(svg)


if __name__ == "__main__":
    main()
