"""Writes eval_presets.json: JPEG files and the SHA-256 of what torchvision's evaluation presets make of them.

Run: pip install torch==2.14.1 torchvision==0.29.1 pillow==12.3.0 numpy; python eval_presets.py

Each file goes through Resize, CenterCrop and PILToTensor on Pillow pictures, as torchvision's published accuracies
were measured; the hash is over the bytes height x width x RGB. The presets are those of all weights of the networks
that we have.
"""

import hashlib
import io
import json
from pathlib import Path

import PIL
import torchvision
from PIL import Image
from pil_picture import picture
from torchvision.transforms import CenterCrop, Compose, InterpolationMode, PILToTensor, Resize

# Resized shorter side, crop, filter.
PRESETS = [(256, 224, "bilinear"), (232, 224, "bilinear"), (242, 224, "bilinear"), (384, 384, "bicubic"),
           (224, 224, "bicubic"), (512, 512, "bicubic"), (518, 518, "bicubic")]
# Name, width, height, channels, how many pixels wide the random blobs are, options of the encoder.
FILES = [("4:2:0", 500, 375, 3, 40, {"subsampling": "4:2:0", "quality": 60}),
         ("4:2:0, upright", 375, 500, 3, 40, {"subsampling": "4:2:0", "quality": 80}),
         ("4:2:2, odd size", 501, 373, 3, 50, {"subsampling": "4:2:2", "quality": 60}),
         ("4:4:4", 259, 257, 3, 13, {"subsampling": "4:4:4", "quality": 60}),
         ("progressive", 431, 640, 3, 50, {"subsampling": "4:2:0", "quality": 60, "progressive": True}),
         ("restart markers", 333, 500, 3, 40, {"subsampling": "4:2:0", "quality": 60, "restart_marker_rows": 3}),
         ("grey", 333, 251, 1, 13, {"quality": 70}),
         ("smaller than the crop", 97, 61, 3, 5, {"subsampling": "4:2:0", "quality": 75}),
         ("wide", 611, 97, 3, 12, {"subsampling": "4:2:2", "quality": 60}),
         ("noise", 83, 75, 3, 1, {"subsampling": "4:2:0", "quality": 50}),
         ("larger than most", 901, 603, 3, 150, {"subsampling": "4:2:0", "quality": 40}),
         ("one pixel off the crop", 257, 225, 3, 13, {"subsampling": "4:2:0", "quality": 60})]


def encoded(number, width, height, channels, blob, options):
    """Random blobs of a smooth kind: edges in all directions, and yet a small file."""
    source = picture(-(-width // blob), -(-height // blob), channels, number + 1)
    stream = io.BytesIO()
    source.resize((width, height), Image.Resampling.BICUBIC).save(stream, "JPEG", **options)
    return stream.getvalue()


def preset_hash(data, resize, crop, filter_name):
    chain = Compose([Resize(resize, InterpolationMode(filter_name)), CenterCrop(crop), PILToTensor()])
    pixels = chain(Image.open(io.BytesIO(data)).convert("RGB")).permute(1, 2, 0).contiguous().numpy()
    assert pixels.shape == (crop, crop, 3)
    return hashlib.sha256(pixels.tobytes()).hexdigest()


def case(number, name, *description):
    data = encoded(number, *description)
    return {"name": name, "file": data.hex(), "sha256": [preset_hash(data, *preset) for preset in PRESETS]}


def main():
    assert int(PIL.__version__.split(".")[0]) < 13, "Pillow 13 and later order the passes differently"
    presets = ", ".join(json.dumps({"resize": r, "crop": c, "filter": f"pil_{f}"}) for r, c, f in PRESETS)
    cases = ",\n".join(json.dumps(case(number, *description)) for number, description in enumerate(FILES))
    made_by = f"torchvision {torchvision.__version__.split('+')[0]}, Pillow {PIL.__version__}"
    text = f'{{"made_by": "{made_by}", "presets": [{presets}], "cases": [\n{cases}\n]}}\n'
    Path(__file__).with_suffix(".json").write_text(text)


if __name__ == "__main__":
    main()
