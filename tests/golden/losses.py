"""Losses of torch and timm on mixed batches, and the pixels and boxes of torchvision's MixUp and CutMix.

  PYTHONPATH=<timm> python3 losses.py > losses.json

Made with torch 2.14.1, torchvision 0.29.1 and timm 1.0.31. Logits are sines, pictures are counted upwards, so nothing
but numbers has to be stored. The shares and boxes are given, so nothing is random.
"""
import json

import torch
import torchvision.transforms.v2 as v2
from timm.data.mixup import one_hot
from timm.loss import BinaryCrossEntropy

N, C, H, W = 4, 5, 6, 8
LABELS = torch.tensor([3, 0, 3, 4])


def logits():
    return (torch.arange(N * C, dtype=torch.float32).view(N, C) * 1.7).sin() * 3


def soft_targets(share, smoothing):
    """timm's mixup_target, with the partner that torchvision pairs."""
    off = smoothing / C
    own = one_hot(LABELS, C, on_value=1 - smoothing + off, off_value=off)
    return own * share + own.roll(1, 0) * (1 - share)


def loss_case(kind, share, smoothing, threshold, sum_classes):
    scores = logits().requires_grad_()
    if kind == "cross_entropy":
        # Smoothed by torch itself; the mixed target is torchvision's.
        hot = v2.MixUp(num_classes=C)._mixup_label(LABELS, lam=share)
        loss = torch.nn.functional.cross_entropy(scores, hot, label_smoothing=smoothing)
    else:
        criterion = BinaryCrossEntropy(smoothing=0.0, target_threshold=threshold or None, sum_classes=sum_classes)
        loss = criterion(scores, soft_targets(share, smoothing))
    loss.backward()
    return {"type": kind, "own_share": share, "label_smoothing": smoothing, "target_threshold": threshold,
            "sum_classes": sum_classes, "loss": loss.item(), "gradient": scores.grad.flatten().tolist()}


def given(transform, **params):
    transform.make_params = lambda inputs: params
    images = torch.arange(N * 2 * H * W, dtype=torch.float32).view(N, 2, H, W)
    mixed, targets = transform(images, LABELS)
    return {"images": mixed.flatten().tolist(), "targets": targets.flatten().tolist()}


def box_case(share, x, y, height, width):
    """The box of torchvision's own make_params, with its three random draws given."""
    transform = v2.CutMix(num_classes=C)
    transform._dist = type("Given", (), {"sample": lambda self, shape: torch.tensor(share, dtype=torch.float64)})()
    draws = iter([torch.tensor([x]), torch.tensor([y])])
    original, torch.randint = torch.randint, lambda *a, **k: next(draws)
    try:
        params = transform.make_params([torch.zeros(N, 3, height, width)])
    finally:
        torch.randint = original
    return {"own_share": share, "x": x, "y": y, "height": height, "width": width, "box": list(params["box"]),
            "adjusted": params["lam_adjusted"]}


if __name__ == "__main__":
    losses = [loss_case(kind, share, smoothing, threshold, sum_classes)
              for share in (1.0, 0.7, 0.25)
              for smoothing in (0.0, 0.1)
              for kind, threshold, sum_classes in (("cross_entropy", 0.0, False), ("binary_cross_entropy", 0.0, False),
                                                   ("binary_cross_entropy", 0.2, False),
                                                   ("binary_cross_entropy", 0.0, True))]
    boxes = [box_case(share, x, y, height, width)
             for height, width in ((224, 224), (33, 50))
             for share in (0.0, 0.1, 0.5, 0.93, 0.9999)
             for x, y in ((0, 0), (width // 2, height // 3), (width - 1, height - 1))]
    print(json.dumps({
        "losses": losses,
        "mixup": {"own_share": 0.3, **given(v2.MixUp(num_classes=C), lam=0.3)},
        "cutmix": {"box": [2, 1, 7, 4],
                   **given(v2.CutMix(num_classes=C), box=(2, 1, 7, 4), lam_adjusted=1 - 15 / (H * W))},
        "boxes": boxes,
    }, indent=1))
