"""Trains ResNet-20 on CIFAR-10 in Python PyTorch by configs/resnet20_cifar_20_epochs.json, whose figures it reads; started
by the .sh beside it."""

import argparse
import json
import pathlib
import time

import numpy
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from train_models import ResNet20, parameter_count

RECIPE = json.loads((pathlib.Path(__file__).parents[2] / "configs" / "resnet20_cifar_20_epochs.json").read_text())
MEAN, STD = RECIPE["data"]["mean"], RECIPE["data"]["std"]
EPOCHS, BATCH, EVAL_BATCH = (RECIPE["train"][key] for key in ("num_epochs", "global_batch_size", "eval_batch_size"))
PEAK_RATE, WARM_UP_EPOCHS = RECIPE["schedule"]["base_learning_rate"], RECIPE["schedule"]["warmup_epochs"]
CROP = RECIPE["augment"]["train"][0]
assert RECIPE["schedule"]["type"] == "linear" and RECIPE["train"]["eval_protocol"] == "mirrored"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=pathlib.Path, help="class folders of JPEG files below train/ and val/")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--precision", choices=("float32", "bf16"), default="bf16")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--json", type=pathlib.Path)
    return parser.parse_args()


def read_split(directory):
    """Pixels [N, 3, 32, 32] uint8 and labels: everything in memory, so that only training is timed."""
    pixels, labels = [], []
    for label, folder in enumerate(sorted(p for p in directory.iterdir() if p.is_dir())):
        for path in sorted(folder.iterdir()):
            pixels.append(numpy.asarray(Image.open(path).convert("RGB")))
            labels.append(label)
    return torch.from_numpy(numpy.stack(pixels)).permute(0, 3, 1, 2).contiguous(), torch.tensor(labels)


def normalised(pixels):
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, STD))
    return ((pixels.float() / 255 - mean) / std).contiguous(memory_format=torch.channels_last)


def augmented(pixels):
    """A border of one colour, a random 32x32 window, mirrored half of the time."""
    border = CROP["padding"]
    padded = functional.pad(pixels, (border,) * 4, value=CROP.get("fill", 0))
    rows = torch.randint(2 * border + 1, (len(pixels), 1)) + torch.arange(32)
    columns = torch.randint(2 * border + 1, (len(pixels), 1)) + torch.arange(32)
    mirror = torch.rand(len(pixels), 1) < 0.5
    columns = torch.where(mirror, columns.flip(1), columns)
    index = torch.arange(len(pixels)).view(-1, 1, 1)
    return padded.permute(0, 2, 3, 1)[index, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def rate(step, steps_per_epoch):
    warm_up, total = WARM_UP_EPOCHS * steps_per_epoch, EPOCHS * steps_per_epoch
    if step < warm_up:
        return PEAK_RATE * step / warm_up
    return PEAK_RATE * (total - step) / (total - warm_up)


def initialise(model):
    """He et al. 2015, "Delving deep into rectifiers": fan-in, and zero biases, as our init "paper"."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def wrong_in(model, pixels, labels, half):
    """Wrong ones of one view each, and by the mean of each picture and its mirror image."""
    model.eval()
    wrong = [0, 0]
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=half):
        for start in range(0, len(pixels), EVAL_BATCH):
            images, expected = normalised(pixels[start : start + EVAL_BATCH]), labels[start : start + EVAL_BATCH]
            plain = model(images).float()
            both = plain + model(images.flip(3)).float()
            for i, logits in enumerate((plain, both)):
                wrong[i] += (logits.argmax(1) != expected).sum().item()
    model.train()
    return wrong


def train_epoch(model, optimizer, pixels, labels, epoch, half):
    steps = len(pixels) // BATCH
    order = torch.randperm(len(pixels))
    for i in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(epoch * steps + i, steps)
        chosen = order[i * BATCH : (i + 1) * BATCH]
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            logits = model(normalised(augmented(pixels[chosen])))
        loss = functional.cross_entropy(logits.float(), labels[chosen],
                                        label_smoothing=RECIPE["loss"]["label_smoothing"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return steps * BATCH


def main():
    arguments = parse_arguments()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    pixels, labels = read_split(arguments.data / "train")
    val_pixels, val_labels = read_split(arguments.data / "val")
    model = ResNet20(projection=RECIPE["model"]["shortcut"] == "B")
    initialise(model)
    model = model.to(memory_format=torch.channels_last)
    of = RECIPE["optimizer"]
    optimizer = torch.optim.SGD(model.parameters(), PEAK_RATE, of["momentum"], weight_decay=of["weight_decay"],
                                nesterov=of["nesterov"], fused=True)
    half = arguments.precision == "bf16"
    print(f"torch {torch.__version__}, {arguments.threads} threads, {parameter_count(model):,} parameters", flush=True)
    figures = []
    for epoch in range(EPOCHS):
        started = time.perf_counter()
        speed = train_epoch(model, optimizer, pixels, labels, epoch, half) / (time.perf_counter() - started)
        plain, mirrored = (wrong / len(val_labels) for wrong in wrong_in(model, val_pixels, val_labels, half))
        figures.append({"epoch": epoch + 1, "images_per_second": speed, "top1_error": mirrored,
                        "top1_error_one_view": plain})
        print(f"epoch {epoch + 1}: top-1 error {100 * mirrored:.2f} % (one view: {100 * plain:.2f} %), "
              f"{speed:.0f} img/s", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
