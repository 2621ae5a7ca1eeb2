"""Outputs of AlexNet written down plainly in Python, for the same weights and pictures as the C++ tests use.

  python3 alexnet_outputs.py > alexnet_outputs.json

torchvision: the topology of torchvision.models.alexnet. 2012: the paper's net with torch.nn.LocalResponseNorm inside
each column (alpha 5e-4 there is the paper's 1e-4, since torch divides by n).
"""
import json

import torch
from torch import nn

from deterministic_weights import fill, pictures


def torchvision_alexnet():
    features = nn.Sequential(
        nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2))
    classifier = nn.Sequential(
        nn.Dropout(0.5), nn.Linear(9216, 4096), nn.ReLU(),
        nn.Dropout(0.5), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000))
    return nn.Sequential(features, nn.AdaptiveAvgPool2d(6), nn.Flatten(), classifier)


class PerColumn(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2.0)

    def forward(self, x):
        return torch.cat([self.norm(half) for half in x.chunk(2, dim=1)], dim=1)


def alexnet_2012():
    return nn.Sequential(
        nn.ZeroPad2d((0, 3, 0, 3)),
        nn.Conv2d(3, 96, 11, 4), nn.ReLU(), PerColumn(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), PerColumn(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Flatten(), nn.Linear(9216, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000))


@torch.no_grad()
def outputs(module, size):
    fill(module)
    logits = module.eval()(pictures(2, 3, size, size))
    return {"size": size, "first": logits[0, :8].tolist(), "second": logits[1, :8].tolist(),
            "mean": logits.mean().item(), "std": logits.std().item()}


if __name__ == "__main__":
    print(json.dumps({
        "torchvision": [outputs(torchvision_alexnet(), 224), outputs(torchvision_alexnet(), 96)],
        "2012": [outputs(alexnet_2012(), 224)],
    }, indent=1))
