"""Writes pil_colour.json: Pillow's ImageEnhance and convert("L") on formula pictures, as CRC-32 of the pixels.

Run: pip install pillow==12.3.0 numpy; python pil_colour.py
"""

import json
import random
from pathlib import Path

import PIL
from PIL import ImageEnhance
from pil_picture import checksum, picture

ENHANCERS = {"brightness": ImageEnhance.Brightness, "contrast": ImageEnhance.Contrast,
             "saturation": ImageEnhance.Color}


def case(rng, operation):
    channels = 3 if operation in ("saturation", "grey") else rng.choice([1, 3])
    size, seed = (rng.randint(1, 90), rng.randint(1, 90)), rng.randrange(1000)
    factor = rng.choice([0.0, 1.0, 0.5, 1.5, 2.0, rng.uniform(0, 1), rng.uniform(1, 3)])
    image = picture(*size, channels, seed)
    result = image.convert("L") if operation == "grey" else ENHANCERS[operation](image).enhance(factor)
    return {"operation": operation, "size": size, "channels": channels, "seed": seed, "factor": factor,
            "crc32": checksum(result)}


def main():
    rng = random.Random(2012)
    cases = [case(rng, operation) for operation in [*ENHANCERS, "grey"] for _ in range(60)]
    lines = ",\n".join(json.dumps(c) for c in cases)
    text = f'{{"made_by": "Pillow {PIL.__version__}", "cases": [\n{lines}\n]}}\n'
    Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main()
