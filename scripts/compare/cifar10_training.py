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
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from train_models import ResNet20, parameter_count

RECIPE = json.loads((pathlib.Path(__file__).parents[2] / "configs" / "resnet20_cifar_20_epochs.json").read_text())
MEAN, STD = RECIPE["data"]["mean"], RECIPE["data"]["std"]
EPOCHS, BATCH, EVAL_BATCH = (RECIPE["train"][key] for key in ("num_epochs", "global_batch_size", "eval_batch_size"))
PEAK_RATE, WARM_UP_EPOCHS = RECIPE["schedule"]["base_learning_rate"], RECIPE["schedule"]["warmup_epochs"]
CROP = RECIPE["augment"]["train"][0]
assert RECIPE["schedule"]["type"] == "linear"


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


class MuonAndAdamW:
    """torch.optim.Muon for the convolutions, as matrices that share their memory; torch.optim.AdamW for the rest."""

    def __init__(self, model):
        of = RECIPE["optimizer"]
        assert of["type"] == "muon" and not of["decay_norm_and_bias"]
        self.filters = [module.weight for module in model.modules() if isinstance(module, nn.Conv2d)]
        self.matrices = [nn.Parameter(self.matrix(filters.detach())) for filters in self.filters]
        others = [p for p in model.parameters() if all(p is not filters for filters in self.filters)]
        groups = [{"params": [p for p in others if p.dim() > 1], "weight_decay": of["weight_decay"]},
                  {"params": [p for p in others if p.dim() <= 1], "weight_decay": 0.0}]
        self.optimizers = [
            torch.optim.Muon(self.matrices, PEAK_RATE, of["weight_decay"], of["momentum"], of["nesterov"],
                             adjust_lr_fn=of["scale"]),
            torch.optim.AdamW(groups, PEAK_RATE, (of["beta1"], of["beta2"]), fused=True)]
        self.param_groups = [group for optimizer in self.optimizers for group in optimizer.param_groups]

    @staticmethod
    def matrix(filters):
        """[out, height * width * in], without a copy of filters in channels-last order."""
        return filters.permute(0, 2, 3, 1).flatten(1)

    def zero_grad(self):
        for parameter in self.filters:
            parameter.grad = None
        self.optimizers[1].zero_grad()

    def step(self):
        for matrix, filters in zip(self.matrices, self.filters, strict=True):
            matrix.grad = self.matrix(filters.grad)
        for optimizer in self.optimizers:
            optimizer.step()


def initialise(model):
    """He et al. 2015, "Delving deep into rectifiers": fan-in, and zero biases, as our init "paper"."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, mode="fan_in", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def wrong_in(model, pixels, labels, half):
    """Wrong ones of one view each, and by the mean of each picture and its mirror image. Evaluated is the average."""
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


def train_epoch(model, average, optimizer, pixels, labels, epoch, half):
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
        average.update_parameters(model)
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
    optimizer = MuonAndAdamW(model)
    average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(RECIPE["train"]["ema"]["decay"]), use_buffers=True)
    half = arguments.precision == "bf16"
    print(f"torch {torch.__version__}, {arguments.threads} threads, {parameter_count(model):,} parameters", flush=True)
    figures = []
    for epoch in range(EPOCHS):
        started = time.perf_counter()
        speed = train_epoch(model, average, optimizer, pixels, labels, epoch, half) / (time.perf_counter() - started)
        plain, mirrored = (wrong / len(val_labels) for wrong in wrong_in(average, val_pixels, val_labels, half))
        figures.append({"epoch": epoch + 1, "images_per_second": speed, "top1_error": plain,
                        "top1_error_mirrored": mirrored})
        print(f"epoch {epoch + 1}: top-1 error {100 * plain:.2f} % (mean with its mirror image: {100 * mirrored:.2f} "
              f"%), {speed:.0f} img/s", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
