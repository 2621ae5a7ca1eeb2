"""Writes auto_augment.json and auto_augment.bin: what torchvision's AutoAugment family does to formula pictures on uint8
tensors, the arguments that torchvision and timm give to their operations, and torchvision's AutoAugment policies.

Run: pip install torchvision==0.29.1 pillow==12.3.0; pip install --no-deps timm==1.0.31; python auto_augment.py
It also prints how far torchvision's own Pillow backend is from the tensors.
"""

import importlib.util
import json
import random
import sys
from pathlib import Path

import numpy
import PIL
import torch
import torchvision
from pil_picture import checksum, pixels
from PIL import Image
from torchvision.transforms import InterpolationMode, autoaugment
from torchvision.transforms import functional as F

SIGNED = ["ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate"]
BLENDS = ["Brightness", "Color", "Contrast", "Sharpness"]
MAGNITUDES = {"ShearX": [0.3, -0.99, 0.165], "ShearY": [0.27, -0.99, 0.033], "TranslateX": [5, -9, 60],
              "TranslateY": [4, -7, 60], "Rotate": [9.0, -30.0, 135.0, 90.0, 58.5], "Brightness": [0.27, -0.99, 0.9],
              "Color": [0.27, -0.99, 0.9], "Contrast": [0.27, -0.99, 0.9], "Sharpness": [0.27, -0.99, 0.9],
              "Posterize": [8, 4, 1, 0], "Solarize": [255.0, 178.5, 0.0, 8.5], "AutoContrast": [0.0],
              "Equalize": [0.0], "Invert": [0.0]}


def load_timm():
    """timm's table alone, without the package's imports."""
    path = importlib.util.find_spec("timm").submodule_search_locations[0]
    spec = importlib.util.spec_from_file_location("timm_auto_augment", Path(path) / "data" / "auto_augment.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["timm_auto_augment"] = module
    spec.loader.exec_module(module)
    return module


def formula_pixels(case):
    values = pixels(*case["size"], case["channels"], case["seed"])
    return values // 2 + 50 if case["pale"] else values


def run(image, case):
    mode = InterpolationMode.BILINEAR if case["interpolation"] == "bilinear" else InterpolationMode.NEAREST
    fill = case["fill"][:case["channels"]] if case["fill"] else None
    return autoaugment._apply_op(image, case["op"], case["magnitude"], mode, fill)


def tensor_result(case):
    values = formula_pixels(case)
    tensor = torch.from_numpy(values.copy())
    tensor = tensor.unsqueeze(0) if case["channels"] == 1 else tensor.permute(2, 0, 1)
    return run(tensor.contiguous(), case).permute(1, 2, 0).contiguous().numpy()


def argument_of(case):
    return 1.0 + case["magnitude"] if case["op"] in BLENDS else case["magnitude"]


def cases():
    rng = random.Random(2019)
    for op, magnitudes in MAGNITUDES.items():
        for magnitude in magnitudes:
            for variant in range(4 if op in SIGNED else 2):
                yield {"op": op, "magnitude": magnitude, "size": (rng.randint(3, 60), rng.randint(3, 45)),
                       "channels": 1 if variant == 1 and op != "Color" else 3, "seed": rng.randrange(1000),
                       "pale": rng.random() < 0.5, "interpolation": "bilinear" if variant < 2 else "nearest",
                       "fill": [124, 16, 240] if variant % 2 == 0 else []}


def pillow_distance(case, expected):
    image = Image.fromarray(formula_pixels(case))
    result = run(image, case)
    values = numpy.asarray(result).reshape(expected.shape)
    return checksum(result), numpy.abs(values.astype(int) - expected.astype(int))


def torchvision_arguments(space):
    table = {}
    for op, (magnitudes, _) in space.items():
        if magnitudes.ndim == 0:
            continue
        values = [float(value) for value in magnitudes]
        if op.startswith("Translate") or op == "Posterize":
            values = [int(value) for value in values]
        table[op] = [1.0 + value for value in values] if op in BLENDS else values
    return table


def timm_arguments(timm, size):
    random.random = lambda: 0.0  # no sign
    table = {}
    for name in timm._RAND_INCREASING_TRANSFORMS:
        function = timm.LEVEL_TO_ARG[name]
        values = []
        for quarter in range(41):
            arguments = function(quarter / 4, {}) if function else (0.0,)
            values.append(arguments[0])
        if name.startswith("Translate"):
            values = [value * size[0 if "X" in name else 1] for value in values]
        table[name.replace("Increasing", "").replace("Rel", "")] = values
    return table


def main():
    chosen, blob, farthest = [], b"", {}
    for case in cases():
        expected = tensor_result(case)
        crc, distance = pillow_distance(case, expected)
        key = (case["op"], case["interpolation"] if case["op"] in SIGNED else "")
        most, beyond, count = farthest.get(key, (0, 0, 0))
        farthest[key] = (max(most, int(distance.max())), beyond + int((distance > 1).sum()), count + distance.size)
        chosen.append(case | {"argument": argument_of(case), "offset": len(blob), "pil_crc32": crc})
        blob += expected.tobytes()
    for key, (most, beyond, count) in farthest.items():
        print(*key, f"Pillow: at most {most} levels away, {100 * beyond / count:.1f} % of the values by more than one")

    wide = autoaugment.TrivialAugmentWide()
    usual = autoaugment.RandAugment()
    sizes = [(224, 224), (97, 61)]  # width, height
    timm = load_timm()
    lines = ",\n".join(json.dumps(case) for case in chosen)
    tables = {
        "usual": [{"size": size, "steps": steps,
                   "arguments": torchvision_arguments(usual._augmentation_space(steps, (size[1], size[0])))}
                  for size in sizes for steps in (31, 10)],
        "wide": [{"size": sizes[0], "steps": 31, "arguments": torchvision_arguments(wide._augmentation_space(31))}],
        "timm_increasing": [{"size": size, "levels_per_unit": 4, "arguments": timm_arguments(timm, size)}
                            for size in sizes],
        "policies": {policy.value: autoaugment.AutoAugment(policy).policies for policy in
                     autoaugment.AutoAugmentPolicy},
    }
    made_by = f"torchvision {torchvision.__version__}, Pillow {PIL.__version__}, timm 1.0.31"
    text = f'{{"made_by": "{made_by}", "cases": [\n{lines}\n],\n'
    text += ",\n".join(f'"{name}": {json.dumps(table)}' for name, table in tables.items()) + "}\n"
    Path(__file__).with_suffix(".json").write_text(text)
    Path(__file__).with_suffix(".bin").write_bytes(blob)


if __name__ == "__main__":
    main()
